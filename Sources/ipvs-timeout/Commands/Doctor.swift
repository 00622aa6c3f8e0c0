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
    discussion: """
      Each check says ok, note or problem, and the fact that this rests on; then what follows from it, and the command \
      that fixes it. Nothing is changed.

      With --sockets, it is about the TCP sockets of the host itself, director or not: TIME_WAIT and the other \
      states, counted for each service here or elsewhere; how many this host has closed first; which share of the \
      ports for outgoing connections is taken; which program it is. That needs no IPVS, and root only to see the \
      programs of others.

      Exit status 0: there is no problem. 1: there is one.

      Examples:
        ipvs-timeout doctor
        ipvs-timeout doctor --netns ingress_sbox
        ipvs-timeout doctor --format json
        ipvs-timeout doctor --sockets
      """)

  @Flag(help: "Diagnose the host's own TCP sockets instead.")
  var sockets = false

  @Option(
    help: ArgumentHelp("Another policy file than /etc/ipvs-timeout.conf.", valueName: "file"), completion: .file())
  var policy: String?

  @OptionGroup var output: OutputOptions<TextFormat>

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    let access = access.access(default: .current)
    guard sockets else {
      let policy = policy.map { FilePath($0) }
      return .doctor(DoctorRequest(policy: policy, format: output.format, isQuiet: output.quiet, access: access))
    }
    guard policy == nil, access.backend == .auto, access.ipvsadm == nil else {
      throw .usage("--sockets is not about IPVS, so --policy, --backend and --ipvsadm do not go with it")
    }
    return .sockets(
      SocketsRequest(format: output.format, isQuiet: output.quiet, selection: access.selection))
  }
}

/// Checks the directors of network namespaces, and prints what is found.
struct DoctorRequest: Hashable {
  /// The policy file that somebody has named.
  var policy: FilePath?
  var format = TextFormat.text
  var isQuiet = false
  var access = Access()

  /// - Throws: ``Failure``, when the namespaces cannot be listed or the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(access)
    let reports = findings(in: try access.selection.targets(&context), &context)
    if !isQuiet { try StandardStreams.print(reports.render(format)) }
    let status = try context.finish()
    return reports.contains(where: \.hasProblem) ? status.worse(.notAsWanted) : status
  }

  /// What the checks find in each namespace; a director that does not answer is a finding, too.
  private func findings(in targets: [NamespaceTarget], _ context: inout CommandContext) -> [DoctorReport] {
    let showsNames = access.selection.showsNames
    func report(_ target: NamespaceTarget, _ findings: [Finding]) -> DoctorReport {
      DoctorReport(target: target, findings: findings, showsName: showsNames)
    }
    var machine: MachineFacts?
    var reports: [DoctorReport] = []
    do throws(DirectorError) {
      try context.forEachDirector(in: targets) { context, number, error in
        guard !error.namespaceIsMissing else { return context.note(Failure(error)) }
        reports.append(report(targets[number], DirectorDiagnosis.findings(on: error)))
      } _: { context, number, director throws(DirectorError) in
        context.note(director.fallback)
        let known = machine ?? MachineFacts(policy: policy, backend: director.backend, ipvsadm: access.ipvsadm)
        machine = known
        let facts = try DirectorFacts(of: director, in: targets[number].namespace, known)
        reports.append(report(targets[number], DirectorDiagnosis.findings(on: facts)))
      }
    } catch {
      // It would be the same everywhere, so it is said once.
      let target = targets.first { $0.namespace == error.namespace } ?? NamespaceTarget(.current)
      reports.append(report(target, DirectorDiagnosis.findings(on: error)))
    }
    return reports
  }
}

/// Checks the TCP sockets of network namespaces, and prints what is found; IPVS need not be there.
struct SocketsRequest: Hashable {
  var format = TextFormat.text
  var isQuiet = false
  var selection = NamespaceSelection()

  /// - Throws: ``Failure``, for what would be the same everywhere, or when the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(Access(selection: selection))
    var hasProblem = false
    var printer = SocketsPrinter(format, isQuiet: isQuiet)
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
