// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import IPVS

extension CompletionKind {
  /// The names of the network namespaces that are bound, and `host`.
  ///
  /// It asks the directories and not this program: a completion must not load the module `ip_vs`. Files that are not
  /// namespaces are left out. Docker binds the host's own namespace as `default`.
  static var namespaces: CompletionKind {
    .shellCommand(
      "find /run/netns /run/docker/netns -mindepth 1 -maxdepth 1 -fstype nsfs ! -name default -printf '%f\\n'"
        + " 2> /dev/null; echo host")
  }

  /// Values of a timeout.
  static var timeouts: CompletionKind { .list(["default"] + durations) }

  /// Values of a time to wait.
  static var times: CompletionKind { .list(durations) }

  /// The states of connections.
  static var states: CompletionKind { .list(Connection.State.known.map(\.rawValue)) }

  private static let durations = ["30s", "60s", "5m", "15m", "1h", "2h15m"]
}

/// A completion script of the argument parser, with the parts of the command line that the parser does not know.
///
/// These are ipvsadm's two forms, the names after `help`, and another program's command after `--` of `try` and `with`.
struct CompletionScript {
  let text: String

  /// - Parameter generated: The parser's script; its first line shows for which shell it is.
  init(_ generated: String) {
    if generated.hasPrefix("#!/bin/bash\n") {
      // The file is read by a shell and not run.
      text = generated.dropFirst("#!/bin/bash\n".count) + "\n" + Self.bash
    } else if generated.hasPrefix("#compdef") {
      text = Self.inserting(Self.zsh, beforeLast: "if [[ \"${funcstack[1]}\" =", into: generated)
    } else {
      text = generated + Self.fish
    }
  }

  /// The names of the commands, with blanks between them.
  private static var commands: String { RootCommand.commands.map { $0.name }.joined(separator: " ") }

  private static var bash: String {
    """

    # The whole command line. `_ipvs-timeout` above knows the commands and options of ipvs-timeout only.
    _ipvs-timeout_line() {
        local -i index
        if [[ ${COMP_WORDS[1]} == try || ${COMP_WORDS[1]} == with ]]; then
            for ((index = 2; index < COMP_CWORD; index++)); do
                [[ ${COMP_WORDS[index]} == -- ]] || continue
                # The first name is bash-completion's since 2.12, the second one is older.
                if declare -F _comp_command_offset > /dev/null; then
                    _comp_command_offset $((index + 1))
                elif declare -F _command_offset > /dev/null; then
                    _command_offset $((index + 1))
                elif ((COMP_CWORD == index + 1)); then
                    COMPREPLY=($(compgen -c -- "$2"))
                else
                    COMPREPLY=($(compgen -f -- "$2"))
                fi
                return
            done
        fi
        case $COMP_CWORD:${COMP_WORDS[1]} in
        1:*)
            _ipvs-timeout "$@"
            COMPREPLY+=($(compgen -W '--set -L' -- "$2"))
            ;;
        2:help) COMPREPLY=($(compgen -W '\(commands)' -- "$2")) ;;
        2:-L | 2:-l | 2:--list) COMPREPLY=($(compgen -W '--timeout' -- "$2")) ;;
        *) [[ ${COMP_WORDS[1]} == @(--set|-L|-l|--list) ]] || _ipvs-timeout "$@" ;;
        esac
    }

    complete -o filenames -F _ipvs-timeout_line ipvs-timeout

    """
  }

  private static var zsh: String {
    """
    # The whole command line. `_ipvs-timeout_parsed` knows the commands and options of ipvs-timeout only.
    functions[_ipvs-timeout_parsed]=$functions[_ipvs-timeout]
    _ipvs-timeout() {
        local -i end=0
        if [[ ${words[2]} == (try|with) ]]; then
            end=${words[(i)--]}
        fi
        if (( end > 2 && end < CURRENT )); then
            shift $end words
            (( CURRENT -= end ))
            _normal
        elif (( CURRENT == 2 )); then
            local -a forms=('--set:Set the three timeouts, as ipvsadm does.' '-L:List, as ipvsadm does.')
            _describe 'form of ipvsadm' forms
            _ipvs-timeout_parsed "${@}"
        elif (( CURRENT == 3 )) && [[ ${words[2]} == help ]]; then
            compadd \(commands)
        elif [[ ${words[2]} == (-L|-l|--list) ]]; then
            (( CURRENT != 3 )) || compadd -- --timeout
        elif [[ ${words[2]} != --set ]]; then
            _ipvs-timeout_parsed "${@}"
        fi
    }


    """
  }

  private static var fish: String {
    """

    # The parts of the command line that are not commands and options of ipvs-timeout.
    function __ipvs-timeout_is_at -a position word
        set -l tokens (commandline -opc)
        test (count $tokens) -eq $position; or return
        test -z "$word"; or test "x$tokens[2]" = "x$word"
    end

    function __ipvs-timeout_command_begin
        set -l tokens (commandline -opc)
        test (count $tokens) -gt 2; and contains -- "$tokens[2]" try with; and contains --index -- -- $tokens
    end

    function __ipvs-timeout_command
        set -l tokens (commandline -opc)
        set -l begin (math (__ipvs-timeout_command_begin) + 1)
        set -l line (string escape -- $tokens[$begin..]) (commandline -ct)
        test $begin -le (count $tokens); or set line (commandline -ct)
        complete --do-complete (string join ' ' -- $line)
    end

    complete -c ipvs-timeout -n '__ipvs-timeout_command_begin > /dev/null' -fa '(__ipvs-timeout_command)'
    complete -c ipvs-timeout -n '__ipvs-timeout_is_at 1' -fa '--set' -d 'Set the three timeouts, as ipvsadm does.'
    complete -c ipvs-timeout -n '__ipvs-timeout_is_at 1' -fa '-L' -d 'List, as ipvsadm does.'
    complete -c ipvs-timeout -n '__ipvs-timeout_is_at 2 -L' -fa '--timeout'
    complete -c ipvs-timeout -n '__ipvs-timeout_is_at 2 help' -fa '\(commands)'

    """
  }

  /// Inserts a text before the last line that begins like this.
  private static func inserting(_ text: String, beforeLast beginning: String, into script: String) -> String {
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    guard let index = lines.lastIndex(where: { $0.hasPrefix(beginning) }) else { return script }
    return lines[..<index].joined(separator: "\n") + "\n" + text + lines[index...].joined(separator: "\n")
  }
}
