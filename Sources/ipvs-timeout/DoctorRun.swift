// SPDX-License-Identifier: Apache-2.0

internal import Diagnosis
internal import Directors
internal import IPVS
internal import SystemPackage
internal import Text

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
    var round = Round(output, access)
    let isNamed = access.scope.choice != .unsaid
    let places = isNamed ? try access.scope.places(&round) : [Place(.current)]
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

  private func diagnose(_ places: [Place], _ round: inout Round) -> [DoctorReport] {
    var directors: DirectorRound
    do throws(BackendError) {
      directors = try DirectorRound(in: places.map(\.namespace), backend: access.backend, ipvsadm: access.ipvsadm)
    } catch {
      return [DoctorReport(place: Place(.current), findings: DirectorDiagnosis.findings(on: error))]
    }
    StandardStreams.report(directors.fallback)
    let surroundings = Surroundings(policy: policy, backend: directors.backend, ipvsadm: access.ipvsadm)
    var reports: [DoctorReport] = []
    for place in places {
      do throws(BackendError) {
        let director = try directors.following()
        let facts = try DirectorFacts(of: director, in: place.namespace, surroundings)
        reports.append(DoctorReport(place: place, findings: DirectorDiagnosis.findings(on: facts)))
      } catch {
        guard !error.isAboutFile else {
          round.note(Failure(error))
          continue
        }
        reports.append(DoctorReport(place: place, findings: DirectorDiagnosis.findings(on: error)))
        if error.isAboutCaller, reports.count == 1 { break }
      }
    }
    return reports
  }
}
