// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Glibc
internal import Text

/// The command line as the argument parser sees it: every form except ipvsadm's two.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipvs-timeout",
    abstract: "Show, set, verify, keep and explain the connection timeouts of Linux Virtual Server (IPVS).",
    usage: """
      ipvs-timeout [<options of show>]
      ipvs-timeout <command> [<options>]
      ipvs-timeout help <command>
      """,
    discussion: """
      IPVS has three timeouts: tcp (for the state ESTABLISHED), tcpfin (for FIN_WAIT) and udp, in the order of \
      `ipvsadm --set`. The kernel fixes the timers of all other states, such as TIME_WAIT. A new timeout applies to a \
      connection when IPVS forwards its next packet.

      Write a timeout as whole seconds (900) or as a duration (90s, 15m, 1h30m, 2d), from 1 s to 31 days. `default` is \
      the kernel's default (900, 120, 300). `0` or `-` keeps the current value.

      Each network namespace has its own timeouts. Use --netns or --all-netns to reach other namespaces, and a policy \
      file to keep the values you want (see `ipvs-timeout help apply`).

      Examples:
        ipvs-timeout set 60 30 60
        ipvs-timeout verify 60 30 60

      ipvsadm's own forms work too, with ipvsadm's output, messages and exit statuses:
        ipvs-timeout --set 60 30 60
        ipvs-timeout -L --timeout

      Exit status: 0 done, or as wanted; 1 not as wanted; 64 to 78 an error. The manual page lists all of them: \
      `man ipvs-timeout`. Guides: docs/README.md in the source.
      """,
    version: Main.version,
    groupedSubcommands: groups.map { CommandGroup(name: $0.name, subcommands: $0.commands) },
    defaultSubcommand: ShowCommand.self)

  /// The commands in groups, in the order of the help: to add one, write its file and its line here.
  private static let groups: [(name: String, commands: [any NamedCommand.Type])] = [
    ("Inspection", [ShowCommand.self, VerifyCommand.self, ConnectionsCommand.self, DoctorCommand.self]),
    ("Change", [SetCommand.self, RenewCommand.self, TryCommand.self, WithCommand.self, RollbackCommand.self]),
    ("Policy", [ApplyCommand.self, CheckPolicyCommand.self]),
  ]

  /// All commands.
  static var commands: [any NamedCommand.Type] { groups.flatMap(\.commands) }

  /// The command with this name; `nil` if there is none.
  ///
  /// It does not read the commands' configurations: making one costs more than ipvsadm's forms together.
  static func command(named name: String?) -> (any NamedCommand.Type)? {
    commands.first { $0.name == name }
  }

  /// Whether a command line begins with the name of one of the commands, `help` included.
  static func isNamed(in arguments: [String]) -> Bool {
    arguments.first == "help" || command(named: arguments.first) != nil
  }

  /// The parser's option that prints a completion script.
  private static let completionOption = "--generate-completion-script"

  /// The largest number of words, without those of another program's command.
  private static let maximumCount = 4096
  /// The largest number of bytes in a word: that of a path.
  static var maximumLength: Int { Int(PATH_MAX) }

  /// Reads a command line.
  ///
  /// - Throws: ``Failure``, with the first error in it.
  static func invocation(_ arguments: [String]) throws(Failure) -> Invocation {
    // The words after it may be another program's command.
    let own = arguments.prefix { $0 != "--" }
    let named = command(named: arguments.first)
    try checkSize(named is any TrialCommand.Type ? Array(own) : arguments)
    // With more words after it, the parser would print the help of the default command.
    let isHelp = ["-h", "--help"].contains(arguments.first)
    if !isHelp { try UsageError.checkCommand(in: Array(own)) }
    // The parser would take a negative number for an unknown option.
    if named?.takesTimeouts == true,
      let negative = own.first(where: { $0.hasPrefix("-") && $0.dropFirst().first?.isNumber == true })
    {
      throw .usage(InvalidTimeoutText(text: negative).description)
    }
    // The parser would ignore an empty value, and a script with an empty variable would wait without a limit.
    if arguments.first == "connections", arguments.contains("--wait=") { _ = try WaitText.written("").limit() }
    do {
      let parsed = isHelp ? ["--help"] : named is any TrialCommand.Type ? Array(own) : arguments
      var command = try parseAsRoot(parsed)
      if let command = command as? any TrialCommand {
        return try command.invocation(running: Array(arguments.dropFirst(own.count + 1)))
      }
      if let command = command as? any InvocationCommand { return try command.invocation() }
      // The parser's own commands, such as help, throw the text to print.
      try command.run()
      return .text("")
    } catch let failure as Failure {
      throw failure
    } catch {
      guard exitCode(for: error) == .success else {
        throw .usage(UsageError.sentence(message(for: error), command: named))
      }
      let text = fullMessage(for: error) + "\n"
      let isScript = !isHelp && own.contains { $0.hasPrefix(completionOption) }
      return .text(isScript ? CompletionScript(text).text : text)
    }
  }

  /// Refuses a command line on which the parser would work for seconds or minutes.
  ///
  /// Its time grows with the square of the number of words, and with that of the length of an unknown word.
  private static func checkSize(_ words: [String]) throws(Failure) {
    guard words.count <= maximumCount else {
      throw .usage(
        "the command line has \(words.count) words, and at most \(maximumCount) are accepted; to reach many network"
          + " namespaces, use --all-netns or a policy file")
    }
    guard let position = words.firstIndex(where: { $0.utf8.count > maximumLength }) else { return }
    throw .usage(
      "word \(position + 1) of the command line has \(words[position].utf8.count) bytes, and at most \(maximumLength) are"
        + " accepted; write a shorter one")
  }
}

/// A command of this program.
protocol NamedCommand: ParsableCommand {
  /// The command's name on the command line.
  static var name: String { get }
  /// Whether timeouts may follow, as three values.
  static var takesTimeouts: Bool { get }
}

extension NamedCommand {
  static var takesTimeouts: Bool { false }
}

/// A command of this program whose own options say everything that it needs.
protocol InvocationCommand: NamedCommand {
  /// What the command line asks for.
  ///
  /// - Throws: ``Failure``, when the values do not make sense.
  func invocation() throws(Failure) -> Invocation
}
