// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Doctor
internal import IPVS
internal import SystemPackage
internal import Text

/// The command `ipvs-timeout doctor`.
struct DoctorCommand: InvocationCommand {
  static let name = "doctor"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Check what may keep the timeouts from having an effect.",
    usage: "ipvs-timeout doctor [--sockets] [<options>]",
    discussion: """
      The first line is the answer. Then come the problems and the notes: each with its evidence, what follows from \
      it, and how to fix it. The checks that are ok share one line; --all prints them, too. Nothing is changed.

      With --sockets, doctor looks at the TCP sockets of the host itself, which need not be a director. It counts \
      TIME_WAIT and the other states for each service, here or elsewhere. It also shows how many connections this \
      host closed first, which share of the ports for outgoing connections is in use, and by which program. IPVS \
      is not needed; root is needed only to see the programs of other users.

      Exit status 0: there is no problem. 1: there is one.

      Examples:
        ipvs-timeout doctor
        ipvs-timeout doctor --all
        ipvs-timeout doctor --netns ingress_sbox
        ipvs-timeout doctor --format json
        ipvs-timeout doctor --sockets
      """)

  @OptionGroup(title: OptionTitle.checks) var options: DoctorOptions

  @OptionGroup(title: OptionTitle.policy) var policy: PolicyOption

  @OptionGroup var common: CommonOptions<TextFormat>

  func invocation() throws(Failure) -> Invocation {
    let (output, access) = (common.output, common.access(default: .current))
    guard options.sockets else {
      let policy = policy.path
      return .doctor(
        DoctorRequest(
          policy: policy, showsAll: options.all, format: output.format, isQuiet: output.quiet, access: access))
    }
    guard policy.path == nil, access.backend == .auto, access.ipvsadm == nil else {
      throw .usage("--sockets is not about IPVS, so --policy, --backend and --ipvsadm do not go with it")
    }
    return .sockets(
      SocketsRequest(showsAll: options.all, format: output.format, isQuiet: output.quiet, selection: access.selection))
  }
}

/// The options of `doctor` alone.
struct DoctorOptions: ParsableArguments {
  @Flag(help: "Diagnose the host's own TCP sockets instead.")
  var sockets = false

  @Flag(help: "Print each check that is ok, with its evidence.")
  var all = false
}

/// Checks the directors of network namespaces, and prints what is found.
struct DoctorRequest: Hashable {
  /// The policy file that somebody has named.
  var policy: FilePath?
  /// Whether to print each ok with its fact.
  var showsAll = false
  var format = TextFormat.text
  var isQuiet = false
  var access = Access()

  /// - Throws: ``Failure``, when the namespaces cannot be listed or the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(access)
    let reports = findings(in: try access.selection.targets(&context), &context)
    if !isQuiet, !reports.isEmpty { try print(reports) }
    let status = try context.finish()
    return reports.contains(where: \.hasProblem) ? status.worse(.notAsWanted) : status
  }

  private func print(_ reports: [DoctorReport]) throws(Failure) {
    var text = TextBuffer()
    switch format {
    case .text:
      let whole = DoctorText(
        reports, showsNames: access.selection.showsNames, showsAll: showsAll, hints: hints, .standardOutput)
      text.append(whole.text)
    case .json: for report in reports { text.append(report.json) }
    }
    try StandardStreams.print(text)
  }

  /// What else to look at: the host's own sockets, where many of them wait for their end.
  private var hints: [String] {
    guard let places = (try? KernelCounters(in: .current))?.timeWaitPlaces, places >= SocketDiagnosis.notable else {
      return []
    }
    return ["see also: `ipvs-timeout doctor --sockets`, about this host's own TCP sockets (\(places) in TIME_WAIT)"]
  }

  /// What the checks find in each namespace; a director that does not answer is a finding, too.
  private func findings(in targets: [NamespaceTarget], _ context: inout CommandContext) -> [DoctorReport] {
    var machine: MachineFacts?
    var reports: [DoctorReport] = []
    do throws(DirectorError) {
      try context.forEachDirector(in: targets) { context, number, error in
        guard !error.namespaceIsMissing else { return context.note(Failure(error)) }
        reports.append(DoctorReport(target: targets[number], findings: DirectorDiagnosis.findings(on: error)))
      } _: { context, number, director throws(DirectorError) in
        context.note(director.fallback)
        let known = machine ?? MachineFacts(policy: policy, backend: director.backend, ipvsadm: access.ipvsadm)
        machine = known
        let facts = try DirectorFacts(of: director, in: targets[number].namespace, known)
        reports.append(DoctorReport(target: targets[number], findings: DirectorDiagnosis.findings(on: facts)))
      }
    } catch {
      // It would be the same everywhere, so one finding is enough.
      let target = targets.first { $0.namespace == error.namespace } ?? NamespaceTarget(.current)
      reports.append(DoctorReport(target: target, findings: DirectorDiagnosis.findings(on: error)))
    }
    return reports
  }
}

/// Checks the TCP sockets of network namespaces, and prints what is found; IPVS need not be there.
struct SocketsRequest: Hashable {
  /// Whether to print each ok with its fact.
  var showsAll = false
  var format = TextFormat.text
  var isQuiet = false
  var selection = NamespaceSelection()

  /// - Throws: ``Failure``, for what would be the same everywhere, or when the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(Access(selection: selection))
    var hasProblem = false
    var printer = SocketsPrinter(format, isQuiet: isQuiet, showsAll: showsAll)
    let targets = try selection.targets(&context)
    func check(_ target: NamespaceTarget) throws(DirectorError) {
      // Where nothing can be written, nothing more is read.
      guard !printer.isBroken else { return }
      let facts: SocketFacts
      do throws(IPVSError) {
        facts = try SocketFacts(in: target.namespace, known: target.known)
      } catch {
        throw .kernel(error)
      }
      let report = SocketsReport(target: target, facts: facts, showsName: selection.showsNames)
      hasProblem = hasProblem || report.report.hasProblem
      printer.print(report)
    }
    // What was found before is said all the same.
    do throws(Failure) {
      try context.forEach(targets) { _, target throws(DirectorError) in try check(target) }
    } catch {
      context.note(error)
    }
    try printer.finish()
    let status = try context.finish()
    return hasProblem ? status.worse(.notAsWanted) : status
  }
}
