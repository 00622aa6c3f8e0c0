// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Doctor
internal import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The command `ipvs-timeout doctor`.
struct DoctorCommand: InvocationCommand {
  static let name = "\(TableCommand.doctor.text)"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Check what may keep the timeouts from having an effect.",
    usage: "ipvs-timeout doctor [--sockets] [--all] [<options>]",
    discussion: """
      Without --netns, doctor checks this network namespace and all others that use IPVS. The first line is the answer. \
      Then come the problems and the notes: each with its evidence, what follows from it, and how to fix it. The checks \
      that are ok share one line; --all prints them, too. Nothing is changed.

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
      throw .usage("--sockets does not use IPVS; leave out --policy, --backend and --ipvsadm")
    }
    return .sockets(
      SocketsRequest(showsAll: options.all, format: output.format, isQuiet: output.quiet, selection: access.selection))
  }
}

/// The options of `doctor` alone.
struct DoctorOptions: ParsableArguments {
  @Flag(name: .table(.sockets), help: "Diagnose the host's own TCP sockets instead.")
  var sockets = false

  @Flag(name: .table(.all), help: "Print each check that is ok, with its evidence.")
  var all = false
}

/// Checks the directors of network namespaces, and prints the findings.
struct DoctorRequest: Hashable {
  /// How many network namespaces it checks besides the caller's own where nobody has named any.
  static let mostOthers = 100

  /// The policy file that the caller named.
  var policy: FilePath?
  /// Whether to print each ok with its fact.
  var showsAll = false
  var format = TextFormat.text
  var isQuiet = false
  var access = Access()

  /// - Throws: ``Failure``, when the namespaces cannot be listed or the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(access, TimeoutsOutput(format: TimeoutsFormat(format), isQuiet: isQuiet))
    var diagnosis = Diagnosis(self)
    diagnosis.check(try access.selection.targets(&context), &context)
    if access.selection.choice == .current { diagnosis.checkOthers(&context) }
    if !isQuiet, !diagnosis.reports.isEmpty { try print(diagnosis) }
    let status = try context.finish().worse(diagnosis.hasTimedOut ? .timedOut : .success)
    return diagnosis.reports.contains(where: \.hasProblem) ? status.worse(.notAsWanted) : status
  }

  private func print(_ diagnosis: Diagnosis) throws(Failure) {
    var text = TextBuffer()
    switch format {
    case .text:
      let whole = DoctorText(
        diagnosis.reports, showsNames: access.selection.showsNames || diagnosis.reports.count > 1, showsAll: showsAll,
        idle: diagnosis.idle, unchecked: diagnosis.left, hints: hints, .standardOutput)
      text.append(whole.text)
    case .json: for report in diagnosis.reports { text.append(report.json) }
    }
    try StandardStreams.print(text)
  }

  /// What else to look at: the host's own sockets, where many of them are in TIME_WAIT.
  private var hints: [String] {
    guard let places = (try? KernelCounters(in: .current))?.timeWaitPlaces, places >= SocketDiagnosis.notable else {
      return []
    }
    return ["see also: `ipvs-timeout doctor --sockets`, about this host's own TCP sockets (\(places) in TIME_WAIT)"]
  }
}

/// The checks of one run, namespace by namespace.
private struct Diagnosis {
  private let request: DoctorRequest
  private var machine: MachineFacts?
  /// What was found.
  private(set) var reports: [DoctorReport] = []
  /// The namespaces without services that have no report.
  private(set) var idle: [String] = []
  /// How many namespaces that use IPVS have no report, because there are too many.
  private(set) var left = 0

  init(_ request: DoctorRequest) {
    self.request = request
  }

  /// Whether a file system did not answer in time.
  var hasTimedOut: Bool { machine?.hasTimedOut ?? false }

  /// Checks each of some namespaces; a director that does not answer is a finding, too.
  mutating func check(_ targets: [NamespaceTarget], _ context: inout CommandContext) {
    var (machine, reports) = (machine, reports)
    do throws(DirectorError) {
      try context.forEachDirector(in: targets) { context, number, error in
        guard !error.namespaceIsMissing else { return context.fail(NamespaceFailure(targets[number], error)) }
        reports.append(DoctorReport(target: targets[number], findings: DirectorDiagnosis.findings(on: error)))
      } _: { context, number, director throws(DirectorError) in
        // The first answer decides the backend.
        _ = try director.timeouts()
        context.note(director.fallback)
        let known = machine ?? readMachine(director.backend)
        machine = known
        let facts = try DirectorFacts(of: &director, in: targets[number].namespace, known)
        reports.append(
          DoctorReport(
            target: targets[number], findings: DirectorDiagnosis.findings(on: facts, isFirst: reports.isEmpty),
            isInUse: facts.isInUse))
      }
    } catch {
      // It would be the same everywhere, so one finding is enough.
      let target = targets.first { $0.namespace == error.namespace } ?? NamespaceTarget(.current)
      reports.append(DoctorReport(target: target, findings: DirectorDiagnosis.findings(on: error)))
    }
    (self.machine, self.reports) = (machine, reports)
  }

  /// Checks the other namespaces that use IPVS: there the timeouts have their effect.
  mutating func checkOthers(_ context: inout CommandContext) {
    guard let others = try? machine?.otherNamespaces.get() else { return }
    let own = others.listing.info(for: .current)?.fileIdentity
    // One that may not be entered is a finding already.
    let users = others.users.filter { $0.known.fileIdentity != own && (try? $0.timeouts.get()) != nil }
    guard !users.isEmpty else { return }
    check(users.prefix(DoctorRequest.mostOthers).map { NamespaceTarget($0.known) }, &context)
    left = max(0, users.count - DoctorRequest.mostOthers)
    let known = Set(others.users.map(\.known.fileIdentity) + [own].compactMap(\.self))
    idle = others.listing.namespaces.filter { !known.contains($0.fileIdentity) }.map(\.name.printable)
  }

  private func readMachine(_ backend: BackendChoice) -> MachineFacts {
    var machine = MachineFacts(policy: request.policy, backend: backend, ipvsadm: request.access.ipvsadm)
    let users = (try? machine.otherNamespaces.get())?.users.count ?? 0
    machine.isComplete =
      switch request.access.selection.choice {
      case .current: users <= DoctorRequest.mostOthers
      case .all: true
      case .one, .several, .bound: false
      }
    return machine
  }
}

/// Checks the TCP sockets of network namespaces, and prints the findings.
///
/// IPVS is not needed.
struct SocketsRequest: Hashable {
  /// Whether to print each ok with its fact.
  var showsAll = false
  var format = TextFormat.text
  var isQuiet = false
  var selection = NamespaceSelection()

  /// - Throws: ``Failure``, for what would be the same everywhere, or when the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(
      Access(selection: selection), TimeoutsOutput(format: TimeoutsFormat(format), isQuiet: isQuiet))
    var hasProblem = false
    var printer = SocketsPrinter(format, isQuiet: isQuiet, showsAll: showsAll)
    let targets = try selection.targets(&context)
    func check(_ target: NamespaceTarget) throws(DirectorError) {
      // Where no output can be written, nothing more is read.
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
    // Earlier findings are printed in any case.
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
