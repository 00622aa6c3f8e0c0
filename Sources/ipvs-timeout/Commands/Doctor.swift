// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Doctor
internal import IPVS
internal import SystemPackage
internal import Text

/// The command `ipvs-timeout doctor`.
struct DoctorCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
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

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    let output = try output.output([.text, .json])
    let access = access.access
    guard sockets else { return .doctor(policy: policy.map { FilePath($0) }, output, access) }
    guard policy == nil, access.backend == .auto, access.ipvsadm == nil else {
      throw .usage("--sockets is not about IPVS, so --policy, --backend and --ipvsadm do not go with it")
    }
    return .diagnoseSockets(output, access)
  }
}

/// Diagnoses directors, one after another.
struct DoctorRun {
  /// The policy file that somebody has named.
  private let policy: FilePath?
  private let output: Invocation.Output
  private let access: Invocation.Access

  init(_ policy: FilePath?, _ output: Invocation.Output, _ access: Invocation.Access) {
    self.policy = policy
    self.output = output
    self.access = access
  }

  /// Prints what is found.
  ///
  /// - Throws: ``Failure``, when the places cannot be found or the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var round = CommandContext(output, access)
    let isNamed = access.scope.choice != .unsaid
    let places = isNamed ? try access.scope.places(&round) : [NamespaceTarget(.current)]
    var reports = diagnose(places, &round)
    if !isNamed { for index in reports.indices { reports[index].isNamed = false } }
    if !output.isQuiet {
      var text = TextBuffer()
      for (number, report) in reports.enumerated() {
        if number > 0, output.format == .text { text.append("\n") }
        text.append(output.format == .json ? report.json : report.text)
      }
      try StandardStreams.print(text)
    }
    let status = try round.finished()
    return reports.contains(where: \.hasProblem) ? status.worse(.notAsWanted) : status
  }

  private func diagnose(_ places: [NamespaceTarget], _ round: inout CommandContext) -> [DoctorReport] {
    var directors: DirectorSequence
    do throws(DirectorError) {
      directors = try DirectorSequence(in: places.map(\.namespace), backend: access.backend, ipvsadm: access.ipvsadm)
    } catch {
      return [DoctorReport(place: NamespaceTarget(.current), findings: DirectorDiagnosis.findings(on: error))]
    }
    StandardStreams.report(directors.fallback)
    let surroundings = MachineFacts(policy: policy, backend: directors.backend, ipvsadm: access.ipvsadm)
    var reports: [DoctorReport] = []
    for place in places {
      do throws(DirectorError) {
        let director = try directors.following()
        let facts = try DirectorFacts(of: director, in: place.namespace, surroundings)
        reports.append(DoctorReport(place: place, findings: DirectorDiagnosis.findings(on: facts)))
      } catch {
        guard !error.namespaceIsMissing else {
          round.note(Failure(error))
          continue
        }
        reports.append(DoctorReport(place: place, findings: DirectorDiagnosis.findings(on: error)))
        if error.isSameEverywhere, reports.count == 1 { break }
      }
    }
    return reports
  }
}

/// Diagnoses the sockets of network namespaces, one after another; IPVS need not be there.
struct SocketsRun {
  private let output: Invocation.Output
  private let access: Invocation.Access

  init(_ output: Invocation.Output, _ access: Invocation.Access) {
    self.output = output
    self.access = access
  }

  /// Prints what is found.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere, or when the result cannot be written.
  func run() throws(Failure) -> ExitStatus {
    var round = CommandContext(output, access)
    let isNamed = access.scope.choice != .unsaid
    var hasProblem = false
    var isFirst = true
    for place in isNamed ? try access.scope.places(&round) : [NamespaceTarget(.current)] {
      let facts: SocketFacts
      do throws(IPVSError) {
        facts = try SocketFacts(in: place.namespace, known: place.known)
      } catch {
        let error = DirectorError.kernel(error)
        // Where another one could be read, it is not the same everywhere.
        if error.isSameEverywhere, isFirst { throw Failure(error) }
        round.note(Failure(error))
        continue
      }
      let report = SocketsReport(place: place, facts: facts, isNamed: isNamed)
      hasProblem = hasProblem || report.report.hasProblem
      try print(report, isFirst: isFirst)
      isFirst = false
    }
    let status = try round.finished()
    return hasProblem ? status.worse(.notAsWanted) : status
  }

  private func print(_ report: SocketsReport, isFirst: Bool) throws(Failure) {
    guard !output.isQuiet else { return }
    var text = TextBuffer()
    if !isFirst, output.format == .text { text.append("\n") }
    text.append(output.format == .json ? report.json : report.text)
    try StandardStreams.print(text)
  }
}
