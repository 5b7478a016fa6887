// What a direct task was submitted with, as far as it is data: packets and what people are shown of
// a decision must read the same inputs.

import BatonBrief
import BatonCore
import BatonWire
import JSON

extension Records {
    /// The submitted document of a direct task: the first of its parts that is a JSON object; nil
    /// when there is none or it was erased.
    func submittedDocument(of task: TaskID) throws(RecordsFault) -> JSONValue? {
        for part in try parts(of: task.number)
        where part.mediaType == Deliverables.jsonMediaType
            && part.size <= WireLimits.standard.controlBytesMax
        {
            let document = try json(of: task.number, part: part.name)
            if document?.objectValue != nil { return document }
        }
        return nil
    }
}
