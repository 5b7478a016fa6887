// Commands that nobody should paste into a shell: found by their words, without running anything.

import PlainText

/// Reads command lines for what they would destroy or let in.
enum CommandReader {
    private static let downloads: Set<String> = ["curl", "wget", "fetch", "aria2c", "http"]
    private static let shells: Set<String> = [
        "sh", "bash", "dash", "zsh", "ksh", "fish", "python", "python3", "perl", "ruby", "node",
        "php", "pwsh", "eval", "source", ".",
    ]
    private static let roots: Set<String> = [
        "/", "~", "$HOME", "${HOME}", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/opt",
        "/proc", "/root", "/sbin", "/srv", "/sys", "/usr", "/var",
    ]
    /// Words that run the command after them.
    private static let runners: Set<String> = ["sudo", "doas", "env", "exec", "nohup", "time"]

    /// What is wrong with a command; nil when nothing is.
    static func harm(in command: String) -> String? {
        let isHidden = command.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
        if isHidden { return "it has control characters, which hide what it does" }
        let pipelines = pipelines(of: command)
        if pipelines.contains(where: pipesDownload) || substitutesDownload(command, pipelines) {
            return "it lets a shell run a download that nobody has read"
        }
        for stage in pipelines.flatMap(\.self) {
            if let harm = harm(of: stage) { return harm }
        }
        return command.filter { $0 != " " }.contains(":(){")
            ? "it starts processes without end" : nil
    }

    /// The commands of a line: its pipelines, each as its stages, each as its words.
    private static func pipelines(of command: String) -> [[[String]]] {
        command.components(separatedBy: "||")
            .flatMap { $0.components(separatedBy: "&&") }
            .flatMap { $0.split(whereSeparator: { $0 == ";" || $0 == "&" }).map { String($0) } }
            .map { pipeline in pipeline.split(separator: "|").map { words(String($0)) } }
    }

    /// The words of one stage without quotes and without what only runs the rest.
    private static func words(_ stage: String) -> [String] {
        let words = stage.split(whereSeparator: \.isWhitespace).map { word in
            String(word.filter { $0 != "\"" && $0 != "'" })
        }.filter { !$0.isEmpty }
        let first = words.firstIndex { word in
            let isSetting = word.contains("=") && !word.hasPrefix("-")
            return !runners.contains(word) && !isSetting && !word.hasPrefix("-")
        }
        return first.map { Array(words[$0...]) } ?? []
    }

    /// The program that a stage runs, without its folder.
    private static func program(_ stage: [String]) -> String {
        guard let word = stage.first, word != "." else { return stage.first ?? "" }
        return word.split(separator: "/").last.map(String.init) ?? word
    }

    private static func pipesDownload(_ pipeline: [[String]]) -> Bool {
        guard let from = pipeline.firstIndex(where: { downloads.contains(program($0)) }) else {
            return false
        }
        return pipeline[(from + 1)...].contains { shells.contains(program($0)) }
    }

    /// `sh -c "$(curl …)"`, `bash <(curl …)`.
    private static func substitutesDownload(_ command: String, _ pipelines: [[[String]]]) -> Bool {
        guard pipelines.flatMap(\.self).contains(where: { shells.contains(program($0)) }) else {
            return false
        }
        return ["$(", "<(", "`"].contains { mark in
            command.components(separatedBy: mark).dropFirst().contains { rest in
                downloads.contains(String(rest.trimmed.prefix { $0.isLetter || $0.isNumber }))
            }
        }
    }

    private static func harm(of stage: [String]) -> String? {
        let rest = stage.dropFirst()
        let isRecursive = rest.contains { word in
            word == "--recursive"
                || (word.hasPrefix("-") && !word.hasPrefix("--")
                    && word.contains { $0 == "r" || $0 == "R" })
        }
        let reachesRoot = rest.contains { isRoot($0) }
        switch program(stage) {
        case "rm" where isRecursive && (reachesRoot || rest.contains("--no-preserve-root")):
            return "it removes a root of the file system, or of everything that is somebody's"
        case "find" where reachesRoot && rest.contains("-delete"):
            return "it removes a root of the file system, or of everything that is somebody's"
        case "chmod" where isRecursive && reachesRoot, "chown" where isRecursive && reachesRoot:
            return "it changes the rights of a root of the file system"
        case "dd" where rest.contains { $0.hasPrefix("of=/dev/") }:
            return "it writes over a whole disk"
        case let name where name == "mkfs" || name.hasPrefix("mkfs."):
            return "it writes over a whole disk"
        default: return nil
        }
    }

    /// A root, all that is below one, or a variable's content that would be `/` if it is empty.
    private static func isRoot(_ word: String) -> Bool {
        var target = word[...]
        if target.hasSuffix("*") { target = target.dropLast() }
        let isBelow = target.hasSuffix("/")
        while target.count > 1, target.hasSuffix("/") { target = target.dropLast() }
        return roots.contains(String(target)) || (isBelow && target.hasPrefix("$"))
    }
}
