// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Glibc
internal import IPVS
internal import SystemPackage
internal import Text

/// The command `ipvs-timeout apply`.
struct ApplyCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
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

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    var output = try output.output()
    output.isChangedOnly = changedOnly
    let application = Invocation.Application(isDryRun: dryRun, settling: try settling())
    return .apply(FilePath(file), application, output, access.access)
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

extension PolicyFile {
  /// Reads a policy file.
  ///
  /// - Throws: ``Failure``, with every mistake in it.
  init(read path: FilePath) throws(Failure) {
    do { self = try PolicyFile(contentsOf: path) } catch { throw Failure(error, in: path) }
  }

  /// Compares every place of which it wants something.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere.
  func verify(_ output: Invocation.Output, _ access: Invocation.Access) throws(Failure) -> ExitStatus {
    var round = CommandContext(output, access)
    let aims = aims(try access.scope.places(&round, isForPolicy: true), access.scope)
    noteIfNothingIsWanted(aims, output)
    try round.visit(aims, .verify)
    return try round.finished()
  }

  /// Makes every place as it wants.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere.
  func apply(
    _ application: Invocation.Application, _ output: Invocation.Output, _ access: Invocation.Access
  ) throws(Failure) -> ExitStatus {
    var round = CommandContext(output, access)
    let deed = DirectorAction.correct(isDryRun: application.isDryRun)
    let aims = aims(try access.scope.places(&round, isForPolicy: true), access.scope)
    noteIfNothingIsWanted(aims, output)
    guard let settling = application.settling else {
      try round.visit(aims, deed)
      return try round.finished()
    }
    let done = try round.visit(aims, deed, isFinal: false)
    try settle(settling, deed, &round, done: done)
    return try round.finished()
  }

  /// Applies itself to the namespaces that appear, until none has for so long, or for a minute more than that.
  ///
  /// Whoever binds a namespace makes the file first and then the binding: what is no namespace may become one.
  private func settle(
    _ duration: Duration, _ deed: DirectorAction, _ round: inout CommandContext, done: [TargetTimeouts]
  ) throws(Failure) {
    var done = Set(done.map(\.key))
    var end = ContinuousClock.now + duration
    let last = end + .seconds(60)
    while true {
      let isFinal = ContinuousClock.now >= end
      let aims = aims(try NamespaceSelection.boundPlaces(), NamespaceSelection())
      // What has gone is forgotten: the kernel gives its number to the next, which may get its name, too.
      done.formIntersection(aims.map(\.key))
      let settled = try round.visit(aims.filter { !done.contains($0.key) }, deed, isFinal: isFinal)
      guard !isFinal else { return }
      if !settled.isEmpty { end = min(.now + duration, last) }
      done.formUnion(settled.map(\.key))
      usleep(100_000)
    }
  }

  /// Says that a success is not worth much.
  private func noteIfNothingIsWanted(_ aims: [TargetTimeouts], _ output: Invocation.Output) {
    guard aims.allSatisfy({ $0.wanted == Timeouts() }), !output.isQuiet, !output.isChangedOnly else { return }
    StandardStreams.report("ipvs-timeout: \(path.string.printable) wants nothing in any of these network namespaces")
  }

  /// Where to go: where it wants something, and wherever somebody has named.
  private func aims(_ places: [NamespaceTarget], _ scope: NamespaceSelection) -> [TargetTimeouts] {
    places.map { TargetTimeouts(place: $0, wanted: demand($0).timeouts) }.filter {
      scope.isNamed || $0.wanted != Timeouts()
    }
  }

  /// What it wants in one place.
  func demand(_ place: NamespaceTarget) -> PolicyDemand { demand(in: place.namespace, known: place.known) }
}
