// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The command `ipvs-timeout apply`.
struct ApplyCommand: InvocationCommand {
  static let name = "apply"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Make every network namespace as the policy says; change only what differs.",
    discussion: """
      The policy is a table, by default /etc/ipvs-timeout.conf. Each line has a network namespace and its tcp, tcpfin \
      and udp timeouts:

        # namespace          tcp    tcpfin  udp
        host                 15m    30s     60s
        /run/docker/netns/*  2h15m  -       -
        ingress_sbox         2h15m  60s     30s

      `host` is the namespace in which the program is started, and no other word or pattern means it. Others are named \
      as in /run/netns and /run/docker/netns, or by their path, both with the wildcards of a shell. Of the lines that \
      match a namespace the last one that names a value wins, value by value; - leaves it. A file with a mistake is not \
      applied at all, and every mistake in it is told.

      One line is printed for each namespace of which the policy wants something. One that fails does not stop the \
      others; the exit status is the largest.
      """)

  @Argument(help: ArgumentHelp("The policy file.", valueName: "file"), completion: .file())
  var file = PolicyFile.usualPath.string

  @Flag(help: "Change nothing; say what would change.")
  var dryRun = false

  @Flag(help: "Write the result only where something changed.")
  var changedOnly = false

  @Option(
    help: ArgumentHelp(
      "Go on looking for so long for namespaces that appear; each makes it begin anew, for a minute at the most.",
      valueName: "time"))
  var settle: String?

  @OptionGroup var output: OutputOptions<MetricFormat>

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    var output = output.timeouts
    output.isChangedOnly = changedOnly
    return .apply(
      ApplyRequest(
        path: FilePath(file), isDryRun: dryRun, settling: try settling(), output: output,
        access: access.access(default: .bound)))
  }

  private func settling() throws(Failure) -> Duration? {
    guard let settle else { return nil }
    guard access.namespaces.netns.isEmpty, !access.namespaces.inUse else {
      throw .usage("--settle waits for new namespaces, so it goes neither with --netns nor with --in-use")
    }
    guard let seconds = TimeoutText.seconds(settle), 1...3600 ~= seconds else {
      throw .usage("--settle takes a time from 1 s to 1 h (5, 5s, 1m), not \"\(settle.printable)\"")
    }
    return .seconds(seconds)
  }
}

/// Sets the timeouts of each namespace that are not what a policy wants there.
struct ApplyRequest: Hashable {
  let path: FilePath
  var isDryRun = false
  /// How long to look for namespaces that have just appeared.
  var settling: Duration?
  var output = TimeoutsOutput()
  var access = Access()

  private var action: DirectorAction { .correct(isDryRun: isDryRun) }

  /// - Throws: ``Failure``, with every mistake of the policy, or for what would be the same everywhere.
  func run() throws(Failure) -> ExitStatus {
    let policy = try PolicyFile(read: path)
    var context = CommandContext(access, output)
    let wanted = try policy.wanted(access.selection, &context)
    policy.noteIfNothingIsWanted(wanted, output)
    let done = try context.perform(action, wanted, isFinal: settling == nil)
    if let settling { try settle(settling, policy, &context, done: done) }
    return try context.finish()
  }

  /// Applies the policy to the namespaces that appear, until none has for this long, or for a minute more than that.
  ///
  /// Whoever binds a namespace makes the file first and then the binding: what is no namespace may become one.
  private func settle(
    _ duration: Duration, _ policy: PolicyFile, _ context: inout CommandContext, done: [TargetTimeouts]
  ) throws(Failure) {
    var done = Set(done.map(\.key))
    let last = ContinuousClock.now + duration + .seconds(60)
    var isOver = false
    while !isOver {
      // Each namespace that appears restarts the wait.
      let settled = try poll(until: min(.now + duration, last), every: .milliseconds(100)) { isLast throws(Failure) in
        isOver = isLast
        let wanted = try policy.wanted(NamespaceSelection(choice: .bound), &context)
        // What has gone is forgotten: the kernel gives its number to the next, which may get its name, too.
        done.formIntersection(wanted.map(\.key))
        let settled = try context.perform(action, wanted.filter { !done.contains($0.key) }, isFinal: isLast)
        return settled.isEmpty ? nil : settled
      }
      done.formUnion(settled?.map(\.key) ?? [])
    }
  }
}

extension PolicyFile {
  /// Reads a policy file.
  ///
  /// - Throws: ``Failure``, with every mistake in it.
  init(read path: FilePath) throws(Failure) {
    do { self = try PolicyFile(contentsOf: path) } catch { throw Failure(error, in: path) }
  }

  /// What the policy wants, where it wants something, and wherever somebody has named a namespace.
  ///
  /// - Parameters:
  ///   - selection: The namespaces.
  ///   - context: Collects what could not be seen.
  /// - Returns: The timeouts for each namespace.
  /// - Throws: ``Failure``, when the namespaces cannot be listed.
  func wanted(
    _ selection: NamespaceSelection, _ context: inout CommandContext
  ) throws(Failure) -> [TargetTimeouts] {
    try selection.targets(&context, findsNames: true)
      .map { TargetTimeouts(target: $0, wanted: demand($0).timeouts) }
      .filter { selection.isNamed || $0.wanted != Timeouts() }
  }

  /// Says that a success is not worth much, where that is so.
  func noteIfNothingIsWanted(_ wanted: [TargetTimeouts], _ output: TimeoutsOutput) {
    guard wanted.allSatisfy({ $0.wanted == Timeouts() }), !output.isQuiet, !output.isChangedOnly else { return }
    StandardStreams.report("ipvs-timeout: \(path.string.printable) wants nothing in any of these network namespaces")
  }

  /// What it wants in one namespace.
  func demand(_ target: NamespaceTarget) -> PolicyDemand { demand(in: target.namespace, known: target.known) }
}
