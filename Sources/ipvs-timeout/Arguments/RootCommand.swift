// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Text

/// The command line as the argument parser sees it: every form but ipvsadm's two.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipvs-timeout",
    abstract: "Show, set, verify, keep and explain the connection timeouts of Linux Virtual Server (IPVS).",
    discussion: """
      The three timeouts are those of `ipvsadm --set tcp tcpfin udp`: tcp governs the state ESTABLISHED, tcpfin \
      FIN_WAIT, udp UDP. All other states, TIME_WAIT among them, are fixed by the kernel. A new timeout applies to a \
      connection from its next packet on. Every network namespace has timeouts of its own: --netns and --all-netns \
      reach those of others, and a policy file keeps them as wanted.

      A timeout is written as whole seconds (900) or as a duration (90s, 15m, 1h30m, 2d), from 1 s to 31 days; \
      `default` is the kernel's own (900, 120, 300); `0` or `-` keeps a timeout as it is.

      ipvsadm's own forms work too, with its output, its messages and its exit statuses:
        ipvs-timeout --set 60 30 60
        ipvs-timeout -L --timeout

      Exit status: 0 done, or as wanted; 1 not as wanted; 64 the command line is wrong; 69 no IPVS here; 70 an \
      unexpected reply; 71 the system refused; 75 no answer in time; 77 not permitted; 78 bad policy file. Over many \
      namespaces, the largest. `try` and `with` pass on the status of their command.
      """,
    version: Main.version,
    subcommands: commands,
    defaultSubcommand: ShowCommand.self)

  /// The commands, in the order in which the help lists them: a new one is its file and its line here.
  private static let commands: [any NamedCommand.Type] = [
    ShowCommand.self, SetCommand.self, VerifyCommand.self, TryCommand.self, WithCommand.self, RollbackCommand.self,
    ApplyCommand.self, CheckPolicyCommand.self, ConnectionsCommand.self, DoctorCommand.self,
  ]

  /// The command of this name; `nil` where there is none.
  ///
  /// It does not ask for the commands' configurations: to make one costs more than ipvsadm's forms together.
  private static func command(named name: String?) -> (any NamedCommand.Type)? {
    commands.first { $0.name == name }
  }

  /// Whether a command line begins with the name of one of the commands, `help` included.
  static func isNamed(in arguments: [String]) -> Bool {
    arguments.first == "help" || command(named: arguments.first) != nil
  }

  /// Reads a command line.
  ///
  /// - Throws: ``Failure``, with what is wrong with it.
  static func invocation(_ arguments: [String]) throws(Failure) -> Invocation {
    // What stands behind it may be somebody else's command.
    let own = arguments.prefix { $0 != "--" }
    // With more behind it, the parser would give the help of the default command.
    let isHelp = ["-h", "--help"].contains(arguments.first)
    if !isHelp, !isNamed(in: arguments), let name = own.first(where: { isNamed(in: [$0]) }) {
      throw .usage("the command comes first: ipvs-timeout \(name) …")
    }
    // The parser would take a negative number for an unknown option.
    let named = command(named: arguments.first)
    if named?.takesTimeouts == true,
      let negative = own.first(where: { $0.hasPrefix("-") && $0.dropFirst().first?.isNumber == true })
    {
      throw .usage(InvalidTimeoutText(text: negative).description)
    }
    // The parser would take an empty value for none, and a script whose variable is empty would wait for ever.
    if arguments.first == "connections", arguments.contains("--wait=") { _ = try WaitText.written("").limit() }
    do {
      let parsed = isHelp ? ["--help"] : named is any TrialCommand.Type ? Array(own) : arguments
      var command = try parseAsRoot(parsed)
      if let command = command as? any TrialCommand {
        return try command.invocation(running: Array(arguments.dropFirst(own.count + 1)))
      }
      if let command = command as? any InvocationCommand { return try command.invocation() }
      // The parser's own commands, such as help, throw the text that they have to print.
      try command.run()
      return .text("")
    } catch let failure as Failure {
      throw failure
    } catch {
      guard exitCode(for: error) == .success else {
        let sentence = message(for: error).printable
        throw .usage((sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence) + "; run `ipvs-timeout --help`")
      }
      return .text(fullMessage(for: error) + "\n")
    }
  }
}

/// A command of ours.
protocol NamedCommand: ParsableCommand {
  /// What it is called on the command line.
  static var name: String { get }
  /// Whether timeouts may follow, as three values.
  static var takesTimeouts: Bool { get }
}

extension NamedCommand {
  static var takesTimeouts: Bool { false }
}

/// A command of ours that says all that it asks for in its own options.
protocol InvocationCommand: NamedCommand {
  /// What it asks for.
  ///
  /// - Throws: ``Failure``, where its values make no sense.
  func invocation() throws(Failure) -> Invocation
}
