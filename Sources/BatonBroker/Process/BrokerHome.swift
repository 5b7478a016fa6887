// Where one broker keeps what: journal, keys, view, lock and endpoint, below one folder.

import BatonJournal
import BatonPlatform
import Crypto

package struct BrokerHome {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    var lock: String { path + "/broker.lock" }
    /// The signing key and the match key: outside the journal's folder, moved with it.
    var keys: String { path + "/keys" }
    package var index: String { path + "/index.db" }
    /// Saved states that shorten a start; they can be deleted at any time.
    package var snapshots: String { path + "/snapshots" }
    /// Limits that an operator has set; absent: all as they are by default.
    var limits: String { path + "/limits.json" }
    var tokens: String { path + "/tokens" }
    var endpoint: String { path + "/endpoint" }

    func make() throws(SystemError) {
        try Files.makePrivateDirectory(path)
    }

    /// libzmq puts the path into `sockaddr_un`, which holds 107 bytes and a zero.
    private static let socketPathBytesMax = 107

    /// The socket's path: in the home if it fits, else in the user's runtime folder, else in a
    /// private folder of /tmp, under a name that the home decides.
    func socketPath() throws(SystemError) -> String {
        let inside = path + "/broker.sock"
        if inside.utf8.count <= Self.socketPathBytesMax { return inside }
        let name = Hex.encode(SHA256.hash(Array(path.utf8)).bytes.prefix(8)) + ".sock"
        if let runtime = Host.environment("XDG_RUNTIME_DIR"), !runtime.isEmpty {
            let folder = runtime + "/baton"
            let candidate = folder + "/" + name
            if candidate.utf8.count <= Self.socketPathBytesMax {
                try Files.makePrivateDirectory(folder)
                return candidate
            }
        }
        let folder = "/tmp/baton-\(Host.userID)"
        try Files.makePrivateDirectory(folder)
        return folder + "/" + name
    }
}
