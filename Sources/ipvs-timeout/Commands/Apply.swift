// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The command `ipvs-timeout apply`.
struct ApplyCommand: InvocationCommand {
  static let name = "\(TableCommand.apply.text)"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Apply the policy to every network namespace; change only what differs.",
    usage: "ipvs-timeout apply [<file> | --policy <file>] [<options>]",
    discussion: """
      The policy is a table, /etc/ipvs-timeout.conf by default. Each line has a network namespace and its tcp, tcpfin \
      and udp timeouts:

        # namespace          tcp    tcpfin  udp
        host                 15m    30s     60s
        /run/docker/netns/*  2h15m  -       -
        ingress_sbox         2h15m  60s     30s

      `host` is the namespace in which this program starts; no other word or pattern matches it. Other namespaces are \
      written as a name in /run/netns or /run/docker/netns, or as a path. Both may have the wildcards of a shell. If \
      several lines match a namespace, the last line that names a value wins, value by value. A - keeps the value.

      A file with errors is not applied at all; every error is reported with its line and column. One line is printed \
      for each namespace for which the policy has a value. A namespace that fails does not stop the others; the exit \
      status is the largest one. --renew renews the connections of the namespaces whose timeouts changed (see \
      `ipvs-timeout help renew`).

      Examples:
        ipvs-timeout apply --dry-run
        ipvs-timeout apply --policy new.conf --changed-only
      """)

  @OptionGroup(title: OptionTitle.policy) var policy: PolicyArguments

  @OptionGroup(title: OptionTitle.change) var options: ApplyOptions

  @OptionGroup(title: OptionTitle.renewal) var renewal: RenewalOptions

  @OptionGroup var common: CommonOptions<MetricFormat>

  func invocation() throws(Failure) -> Invocation {
    var output = common.output.timeouts
    output.isChangedOnly = options.changedOnly
    var renewal = try renewal.renewal(common.backend.backend)
    renewal?.isAfterChangeOnly = true
    return .apply(
      ApplyRequest(
        path: policy.path, isDryRun: options.change.dryRun, renewal: renewal,
        settling: try options.settling(common.namespaces), output: output, access: common.access(default: .bound)))
  }
}

/// The options of `apply` alone.
struct ApplyOptions: ParsableArguments {
  @OptionGroup var change: ChangeOptions

  @Flag(name: .table(.changedOnly), help: "Report only the namespaces whose timeouts changed.")
  var changedOnly = false

  @Option(
    help: ArgumentHelp(
      "Keep looking for new namespaces for this long. Each one found restarts the wait, for up to one extra minute.",
      valueName: "time"),
    completion: .list(["2s", "10s", "1m"]))
  var settle: String?

  /// How long to look for new namespaces.
  ///
  /// - Parameter namespaces: The choice of namespaces, which must leave room for new ones.
  /// - Returns: The time; `nil` for one pass.
  /// - Throws: ``Failure``, when the choice or the time does not fit.
  func settling(_ namespaces: NamespaceOptions) throws(Failure) -> Duration? {
    guard let settle else { return nil }
    guard namespaces.netns.isEmpty, !namespaces.inUse else {
      throw .usage("--settle looks for new namespaces, so use it without --netns and --in-use")
    }
    guard let seconds = TimeoutText.seconds(settle), 1...3600 ~= seconds else {
      throw .usage("--settle accepts a time from 1 s to 1 h (5, 5s, 1m), not \"\(settle.printable)\"")
    }
    return .seconds(seconds)
  }
}

/// Applies a policy to each namespace: sets the timeouts that differ.
struct ApplyRequest: Hashable {
  let path: FilePath
  var isDryRun = false
  /// How to renew connections where a timeout changed; `nil` leaves them on their timers.
  var renewal: Renewal?
  /// How long to keep looking for new namespaces.
  var settling: Duration?
  var output = TimeoutsOutput()
  var access = Access()

  private var action: DirectorAction { .correct(isDryRun: isDryRun) }

  /// - Throws: ``Failure``, with every error in the policy, or for a failure that would be the same everywhere.
  func run() throws(Failure) -> ExitStatus {
    let policy = try PolicyFile(read: path)
    var context = CommandContext(access, output)
    var scope = try policy.scope(access.selection, &context)
    scope.noteIfNothingIsWanted(output)
    guard let renewal, !isDryRun else {
      if let renewal { try renewal.report(scope.wanted, &context) }
      try perform(&scope, &context)
      return try context.finish()
    }
    return try renewal.confirmed(scope.wanted, context, isQuiet: output.isQuiet) { context, run throws(Failure) in
      try perform(&scope, &context, RenewalAfterChange(run, renewal, for: ApplyCommand.name))
    }
  }

  private func perform(
    _ scope: inout PolicyScope, _ context: inout CommandContext, _ renewal: RenewalAfterChange? = nil
  ) throws(Failure) {
    let done = try context.perform(action, scope.wanted, isFinal: settling == nil, renewal: renewal)
    if let settling { try settle(settling, &scope, &context, renewal, done: done) }
    scope.noteUnmatched(output, &context)
  }

  /// Applies the policy to new namespaces until none has appeared for this long, or for at most a minute more.
  ///
  /// A program that binds a namespace creates the file first, so a file that is not a namespace may become one.
  private func settle(
    _ duration: Duration, _ scope: inout PolicyScope, _ context: inout CommandContext, _ renewal: RenewalAfterChange?,
    done: [TargetTimeouts]
  ) throws(Failure) {
    var done = Set(done.map(\.key))
    let last = ContinuousClock.now + duration + .seconds(60)
    var isOver = false
    while !isOver {
      // Each namespace that appears restarts the wait.
      let settled = try poll(until: min(.now + duration, last), every: .milliseconds(100)) { isLast throws(Failure) in
        isOver = isLast
        try scope.update(NamespaceSelection(choice: .bound), &context)
        let wanted = scope.wanted
        // Namespaces that have gone are forgotten: the kernel reuses their inodes, and their names may come back, too.
        done.formIntersection(wanted.map(\.key))
        let new = wanted.filter { !done.contains($0.key) }
        let settled = try context.perform(action, new, isFinal: isLast, renewal: renewal)
        return settled.isEmpty ? nil : settled
      }
      done.formUnion(settled?.map(\.key) ?? [])
    }
  }
}

extension PolicyFile {
  /// Reads a policy file.
  ///
  /// - Throws: ``Failure``, with every error in it.
  init(read path: FilePath) throws(Failure) {
    do { self = try PolicyFile(contentsOf: path) } catch { throw Failure(error, in: path) }
  }

  /// The timeouts wanted in one namespace.
  func demand(_ target: NamespaceTarget) -> PolicyDemand { demand(in: target.namespace, known: target.known) }
}
