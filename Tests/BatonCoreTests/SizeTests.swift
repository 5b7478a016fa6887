// How much memory a waiting task costs: a queue may hold a million of them (at most 400 bytes each,
// all tables counted). This test holds the record to its part of that; the benchmark measures the
// whole.

import BatonCore
import Testing

@Suite struct SizeTests {
    @Test("a record that nobody has touched stays small")
    func record() {
        // A table is half empty at worst after it has grown: two and a half records for each task.
        #expect(MemoryLayout<TaskRecord>.stride <= 96)
        #expect(MemoryLayout<KeyRecord>.stride <= 24)
        #expect(MemoryLayout<FinishedTask>.stride <= 64)
    }
}
