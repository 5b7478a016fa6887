// An agent whose brain is a shell script: every attempt is a process of its own, under the real
// `baton agent run`.

/// Its card and its program.
enum ShellAgent {
    static let card = """
        ---
        id: \(CrashContent.shellAgent)
        name: Shell
        description: Answers at once, in Markdown.
        tags: [crash]
        brain: command
        command: [/bin/sh, answer.sh]
        concurrency: 2
        activation: {tags: [crash]}
        ---
        # Mission

        To answer whatever happens.

        """

    static let program = """
        #!/bin/sh
        cat >/dev/null
        cat <<END
        # Objective snapshot

        It is done.

        # Execution plan

        - S1: Do it; owner: \(CrashContent.shellAgent); done when: it is done

        # Risk register

        - K1: A crash; severity: low; likelihood: high; impact: delay; mitigation: a restart; owner: \(CrashContent.shellAgent); trigger: a signal

        # Validation checklist

        - C1: minutes late <= 0; unit: min; method: the clock; when: at the end; owner: \(CrashContent.shellAgent); traces: AC1

        # Handoff packet

        It was done.
        END

        """
}
