// Completion scripts for bash, zsh and fish, derived from the command tree.
//
// Words that only the broker knows (ids, agents) are asked from the program itself, by its hidden
// command `words KIND`, which prints one word a line and stays silent when it cannot.

/// The shells that have completions.
package enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
}

/// Writes completion scripts.
package struct Completions: Sendable {
    private let root: Command

    package init(root: Command) {
        self.root = root
    }

    /// The script of a shell, to be sourced or put into its completions folder.
    package func script(for shell: Shell) -> String {
        switch shell {
        case .bash: bash()
        case .zsh: zsh()
        case .fish: fish()
        }
    }

    /// Every visible command with its path, groups before what is in them.
    private var all: [(path: [String], command: Command)] {
        var result: [(path: [String], command: Command)] = []
        func walk(_ command: Command, _ path: [String]) {
            result.append((path, command))
            for child in command.visible { walk(child, path + [child.name]) }
        }
        walk(root, [])
        return result
    }

    /// What fits a value: fixed words, files, folders, or words to ask for.
    private enum Source: Equatable {
        case nothing, files, folders
        case words([String])
        case asked(String)
    }

    private func source(of kind: ValueKind) -> Source {
        switch kind {
        case .text, .integer, .duration: .nothing
        case .file: .files
        case .directory: .folders
        case .choice(let words): .words(words)
        case .agent: .asked("agent")
        case .identifier(let prefix):
            switch prefix {
            case "b": .asked("brief")
            case "e": .asked("escalation")
            default: .asked("task")
            }
        }
    }

    // MARK: bash

    private func bash() -> String {
        var cases = ""
        for (path, command) in all {
            let names = command.visible.map(\.name)
            let options = optionWords(command)
            let argument = command.arguments.first.map { source(of: $0.kind) } ?? .nothing
            cases += "        \"\(path.joined(separator: " "))\")\n"
            cases += "            options=\"\(options.joined(separator: " "))\"\n"
            switch argument {
            case _ where !names.isEmpty:
                cases += "            words=\"\(names.joined(separator: " "))\"\n"
            case .nothing: break
            case .files: cases += "            files=1\n"
            case .folders: cases += "            files=d\n"
            case .words(let words):
                cases += "            words=\"\(words.joined(separator: " "))\"\n"
            case .asked(let kind): cases += "            words=$(_baton_words \(kind))\n"
            }
            cases += "            ;;\n"
        }
        return """
            # bash completion for baton. Install: baton completions bash > ~/.local/share/bash-completion/completions/baton
            _baton_words() { command baton words "$1" 2>/dev/null; }
            _baton() {
                local cur prev path="" word words="" options="" files="" i
                cur=${COMP_WORDS[COMP_CWORD]}
                prev=${COMP_WORDS[COMP_CWORD-1]}
                COMPREPLY=()
                case $prev in
            \(bashValues())    esac
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    case "${path:+$path }$word" in
                    \(all.dropFirst().map { "\"\($0.path.joined(separator: " "))\"" }.joined(separator: "|"))) path="${path:+$path }$word" ;;
                    esac
                done
                case $path in
            \(cases)    esac
                if [[ $cur == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$cur"))
                elif [[ $files == 1 ]]; then
                    compopt -o filenames 2>/dev/null
                    COMPREPLY=($(compgen -f -- "$cur"))
                elif [[ $files == d ]]; then
                    compopt -o filenames 2>/dev/null
                    COMPREPLY=($(compgen -d -- "$cur"))
                else
                    COMPREPLY=($(compgen -W "$words" -- "$cur"))
                fi
            }
            complete -F _baton baton

            """
    }

    private func optionWords(_ command: Command) -> [String] {
        (command.options + root.options).map { "--" + $0.name } + ["--help"]
    }

    /// One `case` arm for each option with a value that can be completed.
    private func bashValues() -> String {
        var arms = ""
        for option in everyOption where option.takesValue {
            let reply: String
            switch source(of: option.kind) {
            case .nothing: reply = "return"
            case .files:
                reply =
                    "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"));"
                    + " return"
            case .folders:
                reply =
                    "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$cur\"));"
                    + " return"
            case .words(let words):
                reply =
                    "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" --"
                    + " \"$cur\")); return"
            case .asked(let kind):
                reply = "COMPREPLY=($(compgen -W \"$(_baton_words \(kind))\" -- \"$cur\")); return"
            }
            arms += "        --\(option.name)) \(reply) ;;\n"
        }
        return arms
    }

    /// Every option of the tree once, in the order of first appearance.
    private var everyOption: [Option] {
        var seen: [String] = []
        var result: [Option] = []
        for (_, command) in all {
            for option in command.options where !seen.contains(option.name) {
                seen.append(option.name)
                result.append(option)
            }
        }
        return result
    }

    // MARK: zsh

    private func zsh() -> String {
        var cases = ""
        for (path, command) in all {
            cases += "    \"\(path.joined(separator: " "))\")\n"
            if !command.visible.isEmpty {
                let words = command.visible.map { "\(escaped($0.name)):\(escaped($0.summary))" }
                cases += "        list=(\(words.map { "'\($0)'" }.joined(separator: " ")))\n"
            } else if let argument = command.arguments.first {
                cases += "        \(zshSet(source(of: argument.kind)))\n"
            }
            let options = (command.options + root.options).map {
                "'--\($0.name):\(escaped($0.summary))'"
            }
            cases += "        options=(\(options.joined(separator: " ")) '--help:show help')\n"
            cases += "        ;;\n"
        }
        var values = ""
        for option in everyOption where option.takesValue {
            values += "    --\(option.name)) \(zshValue(source(of: option.kind))); return ;;\n"
        }
        return """
            #compdef baton
            # zsh completion for baton. Install: baton completions zsh > ~/.zfunc/_baton (a folder in $fpath)
            _baton() {
                local place="" word files="" i
                local -a list options asked
                case $words[CURRENT-1] in
            \(values)    esac
                for ((i = 2; i < CURRENT; i++)); do
                    word=$words[i]
                    case "${place:+$place }$word" in
                    \(all.dropFirst().map { "\"\($0.path.joined(separator: " "))\"" }.joined(separator: "|"))) place="${place:+$place }$word" ;;
                    esac
                done
                case $place in
            \(cases)    esac
                if [[ $words[CURRENT] == -* ]]; then
                    _describe -o option options
                elif [[ $files == 1 ]]; then
                    _files
                elif [[ $files == d ]]; then
                    _files -/
                else
                    _describe command list
                fi
            }
            if [[ $funcstack[1] == _baton ]]; then _baton "$@"; else compdef _baton baton; fi

            """
    }

    private func zshSet(_ source: Source) -> String {
        switch source {
        case .nothing: "list=()"
        case .files: "files=1"
        case .folders: "files=d"
        case .words(let words): "list=(\(words.joined(separator: " ")))"
        case .asked(let kind):
            "list=(${(f)\"$(command baton words \(kind) 2>/dev/null)\"})"
        }
    }

    private func zshValue(_ source: Source) -> String {
        switch source {
        case .nothing: ":"
        case .files: "_files"
        case .folders: "_files -/"
        case .words(let words): "compadd -- \(words.joined(separator: " "))"
        case .asked(let kind):
            "compadd -- ${(f)\"$(command baton words \(kind) 2>/dev/null)\"}"
        }
    }

    private func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "'": result += "'\\''"
            case ":": result += "\\:"
            default: result.append(character)
            }
        }
        return result
    }

    // MARK: fish

    private func fish() -> String {
        var lines = [
            "# fish completion for baton. Install: baton completions fish >"
                + " ~/.config/fish/completions/baton.fish",
            "function __baton_at",
            "    set -l words (commandline -opc | string match -v -- '-*')",
            "    set -e words[1]",
            "    test (count $argv) -eq 0; and test (count $words) -eq 0; and return 0",
            "    test (count $argv) -gt 0; or return 1",
            "    test (count $words) -ge (count $argv); or return 1",
            "    test (string join ' ' -- $words[1..(count $argv)]) = (string join ' ' -- $argv)",
            "end",
            "function __baton_words; command baton words $argv[1] 2>/dev/null; end",
            "complete -c baton -f",
        ]
        for (path, command) in all {
            let condition = "'__baton_at\(path.map { " " + $0 }.joined())'"
            for child in command.visible {
                lines.append(
                    "complete -c baton -n \(condition) -a \(child.name) -d"
                        + " '\(fishText(child.summary))'"
                )
            }
            if command.action != nil, let argument = command.arguments.first {
                lines += fishValue(source(of: argument.kind)).map {
                    "complete -c baton -n \(condition) \($0)"
                }
            }
            let options = path.isEmpty ? root.options : command.options
            for option in options {
                let here = path.isEmpty ? "" : " -n \(condition)"
                let short = option.short.map { " -s \($0)" } ?? ""
                let value =
                    option.takesValue
                    ? " -x " + (fishValue(source(of: option.kind)).first ?? "") : ""
                lines.append(
                    "complete -c baton\(here)\(short) -l \(option.name)\(value) -d"
                        + " '\(fishText(option.summary))'"
                )
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func fishValue(_ source: Source) -> [String] {
        switch source {
        case .nothing: []
        case .files: ["-F"]
        case .folders: ["-a '(__fish_complete_directories)'"]
        case .words(let words): ["-a '\(words.joined(separator: " "))'"]
        case .asked(let kind): ["-a '(__baton_words \(kind))'"]
        }
    }

    private func fishText(_ text: String) -> String {
        text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
    }
}
