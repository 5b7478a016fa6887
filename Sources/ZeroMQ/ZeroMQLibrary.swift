// Facts about the linked libzmq, and its key generator.
import CZeroMQ

/// The version of the linked library. Calls `zmq_version`.
package func zeroMQVersion() -> (major: Int, minor: Int, patch: Int) {
    var major: Int32 = 0
    var minor: Int32 = 0
    var patch: Int32 = 0
    unsafe zmq_version(&major, &minor, &patch)
    return (Int(major), Int(minor), Int(patch))
}

/// Something libzmq may or may not have been built with.
package enum ZeroMQCapability: String, Sendable {
    case ipc, pgm, tipc, norm, curve, gssapi
}

/// Whether the linked library has the capability. Calls `zmq_has`.
package func zeroMQHas(_ capability: ZeroMQCapability) -> Bool {
    unsafe zmq_has(capability.rawValue) == 1
}

/// A CURVE key pair in Z85 text, 40 characters each.
package struct CurveKeyPair: Sendable {
    package let publicKey: String
    package let secretKey: String

    /// Draws a new pair. Calls `zmq_curve_keypair`.
    package static func generate() throws(ZMQError) -> CurveKeyPair {
        var publicText = [CChar](repeating: 0, count: 41)
        var secretText = [CChar](repeating: 0, count: 41)
        guard unsafe zmq_curve_keypair(&publicText, &secretText) == 0 else {
            throw ZMQError.last("zmq_curve_keypair")
        }
        return CurveKeyPair(publicKey: z85(publicText), secretKey: z85(secretText))
    }

    private static func z85(_ text: [CChar]) -> String {
        String(decoding: text.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
