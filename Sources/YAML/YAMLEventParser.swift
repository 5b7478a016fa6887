// Owner of a libyaml parser. Hands out one event at a time as a Swift value; copies every byte out.
private import CYAML

/// One parsing event, with the place where it starts.
struct YAMLEvent {
    enum Kind {
        case documentStart
        case documentEnd
        case streamEnd
        case alias(String)
        case scalar(String, YAMLScalarStyle)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
        case other
    }

    var kind: Kind
    var anchor: String?
    var line: Int
    var column: Int
}

/// A libyaml parser over bytes that the caller keeps alive.
@safe
struct YAMLEventParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Calls `yaml_parser_initialize` and `yaml_parser_set_input_string`.
    /// - Parameter input: has to stay valid as long as the parser.
    @unsafe
    init(input: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            throw YAMLError(line: 0, column: 0, message: "out of memory")
        }
        unsafe self.parser = parser
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    /// Calls `yaml_parser_parse`.
    mutating func next() throws(YAMLError) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw fault() }
        defer { unsafe yaml_event_delete(&event) }
        var result = YAMLEvent(
            kind: .other, anchor: nil, line: unsafe event.start_mark.line + 1,
            column: unsafe event.start_mark.column + 1)
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_STREAM_END_EVENT: result.kind = .streamEnd
        case YAML_ALIAS_EVENT:
            result.kind = .alias(unsafe Self.text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            result.anchor = unsafe Self.text(event.data.scalar.anchor)
            let bytes = unsafe UnsafeBufferPointer(
                start: event.data.scalar.value, count: event.data.scalar.length)
            result.kind = unsafe .scalar(
                String(decoding: bytes, as: UTF8.self), Self.style(event.data.scalar.style))
        case YAML_SEQUENCE_START_EVENT:
            result.anchor = unsafe Self.text(event.data.sequence_start.anchor)
            result.kind = .sequenceStart
        case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            result.anchor = unsafe Self.text(event.data.mapping_start.anchor)
            result.kind = .mappingStart
        case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
        default: result.kind = .other
        }
        return result
    }

    /// The parser's problem, with its place, as libyaml left it.
    private func fault() -> YAMLError {
        let mark = unsafe parser.pointee.problem_mark
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
        return YAMLError(
            line: mark.line + 1, column: mark.column + 1, message: problem ?? "not readable as YAML"
        )
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe pointer.map { unsafe String(cString: $0) }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLScalarStyle {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }
}
