// A directory of a test's own, gone when the test is.
import BatonPlatform

/// Makes a fresh directory, runs the body in it, and removes it with all it holds.
func withTemporaryDirectory<Value>(
    _ body: (_ path: String) throws -> Value,
) throws -> Value {
    let path = try Files.makeTemporaryDirectory(prefix: "baton-test")
    defer { try? Files.removeTree(path) }
    return try body(path)
}
