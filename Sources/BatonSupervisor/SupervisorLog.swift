// The log of a supervisor in the background is its own standard error. It is turned over like the
// others, without losing what the runtime itself may have to say at a crash.
import BatonPlatform

/// The file behind our own words.
package enum SupervisorLog {
    /// Turns the log over if it is where our words go, and is full.
    package static func turnOverIfFull(_ home: Home, _ limits: LogLimits) {
        let path = home.log(of: "supervisor")
        guard let file = (try? Files.status(of: path)) ?? nil, file.size >= limits.fileBytes,
            let own = try? StandardStream.error.status(), own.inode == file.inode,
            own.device == file.device
        else { return }
        do throws(SystemError) {
            try LogFile.turnOver(path, limits)
            try StandardStream.redirect([.output, .error], toEndOf: path, mode: 0o600)
        } catch {
            // It grows on; the next line tries again.
            return
        }
    }
}
