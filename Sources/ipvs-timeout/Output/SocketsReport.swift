// SPDX-License-Identifier: Apache-2.0

internal import Doctor
internal import IPVS
internal import Text

/// The report on the TCP sockets of one network namespace.
struct SocketsReport {
  /// How many services people see: those with the most sockets.
  private static let rows = 20
  /// How many services programs see.
  private static let services = 1000

  let report: DoctorReport
  let facts: SocketFacts
  /// Whether to say the name of the namespace.
  let showsName: Bool

  init(target: NamespaceTarget, facts: SocketFacts, showsName: Bool) {
    report = DoctorReport(target: target, findings: SocketDiagnosis.findings(on: facts))
    self.facts = facts
    self.showsName = showsName
  }
}

/// Writes reports on sockets to standard output, each at once.
struct SocketsPrinter {
  private let format: TextFormat
  private let isQuiet: Bool
  private let showsAll: Bool
  private let style = OutputStyle.standardOutput
  private var isFirst = true
  private var failure: Failure?

  init(_ format: TextFormat, isQuiet: Bool, showsAll: Bool = false) {
    self.format = format
    self.isQuiet = isQuiet
    self.showsAll = showsAll
  }

  /// Whether a report could not be written.
  var isBroken: Bool { failure != nil }

  /// Writes a report; in text, a blank line comes between two.
  mutating func print(_ report: SocketsReport) {
    guard !isQuiet, failure == nil else { return }
    var text = TextBuffer()
    switch format {
    case .text: text.append((isFirst ? "" : "\n") + report.text(showsAll: showsAll, style))
    case .json: text.append(report.json)
    }
    isFirst = false
    do throws(Failure) { try StandardStreams.print(text) } catch { failure = error }
  }

  /// Ends the output.
  ///
  /// - Throws: ``Failure``, when a report could not be written.
  func finish() throws(Failure) {
    if let failure { throw failure }
  }
}

extension SocketsReport {
  /// Where to look next.
  private static let hint = "see also: `ipvs-timeout doctor`, about IPVS and its timeouts"

  /// For people: the answer and the findings, then a table of the services.
  func text(showsAll: Bool = false, _ style: OutputStyle = .plain) -> String {
    let findings = DoctorText(
      [report], showsNames: showsName, showsAll: showsAll, hints: [SocketsReport.hint], style)
    return "\(findings.text)\n\(table(style))"
  }

  private static let columns: [HostSocket.State] = [.established, .timeWait, .closeWait, .finWait2]

  /// The services with the most sockets; a state in which there is no socket has no column.
  private func table(_ style: OutputStyle) -> String {
    guard facts.counts.total > 0 else { return "no TCP connections\n" }
    let heading =
      ["Service", "Offered", "Sockets"] + SocketsReport.columns.map(\.name) + ["Others", "Closed first here", "Ports"]
    let rows = facts.services.prefix(SocketsReport.rows).map { service in
      ["\(service.name.endpoint)", service.offered] + SocketsReport.cells(service.counts)
        + ["\(service.counts.closedHere)", service.share(of: facts.ports).map(\.text) ?? "-"]
    }
    let more = facts.more(than: SocketsReport.rows)
    let rest = more.total > 0 ? [["others", "-"] + SocketsReport.cells(more) + ["\(more.closedHere)", "-"]] : []
    let columns = heading.indices.filter { column in
      column < 3 || (rows + rest).contains { !["0", "-"].contains($0[column]) }
    }
    func picked(_ row: [String]) -> [String] { columns.map { row[$0] } }
    let body = (rows + rest).map(picked)
    let table = TextTable([picked(heading)] + body, isLeft: [0, 1]).text
    let isWide = table.split(separator: "\n").contains { $0.count > style.width }
    return isWide
      ? SocketsReport.trimmed(TextTable(SocketsReport.broken(picked(heading)) + body, isLeft: [0, 1]).text) : table
  }

  /// A text without blanks at the ends of its lines.
  private static func trimmed(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
  }

  /// A heading in two lines, which is narrower.
  private static func broken(_ heading: [String]) -> [[String]] {
    let parts = heading.map { cell -> [String] in
      if let underscore = cell.firstIndex(of: "_") {
        return [String(cell[...underscore]), String(cell[cell.index(after: underscore)...])]
      }
      let words = cell.split(separator: " ", maxSplits: 1).map(String.init)
      return words.count == 2 ? words : ["", cell]
    }
    return [parts.map { $0[0] }, parts.map { $0[1] }]
  }

  private static func cells(_ counts: SocketCounts) -> [String] {
    let numbers = columns.map { counts[$0] }
    return ([counts.total] + numbers + [counts.total - numbers.reduce(0, +)]).map(String.init)
  }
}

extension SocketsReport {
  /// One object on one line; `docs/reference/json.md` lists its keys.
  var json: TextBuffer {
    var object = report.object
    object.add("sockets", facts.counts.json)
    object.add("services", .array(facts.services.prefix(SocketsReport.services).map(json)))
    object.add("other_services", facts.more(than: SocketsReport.services).json)
    object.add("missed", .number(facts.missed))
    var ports = JSONObject()
    ports.add("first", .number(UInt32(facts.ports.range.lowerBound)))
    ports.add("last", .number(UInt32(facts.ports.range.upperBound)))
    ports.add("count", .number(facts.ports.count))
    object.add("ephemeral_ports", .object(ports))
    object.add("max_time_wait", facts.settings[.tcpMaxTimeWaitBuckets].map { .number($0) } ?? .null)
    object.add("time_wait_places", facts.counters.timeWaitPlaces.map { .number($0) } ?? .null)
    object.add("time_wait_overflow", facts.counters.timeWaitOverflow.map { .number(UInt32(clamping: $0)) } ?? .null)
    return object.line()
  }

  private func json(_ service: SocketService) -> JSONValue {
    var object = JSONObject()
    object.add("service", service.name.endpoint.json)
    object.add("offered", .string(service.isOnThisHost ? "here" : "elsewhere"))
    object.add("role", .string(service.name.isLocal ? "server" : "client"))
    object.add("sockets", service.counts.json)
    object.add("closed_first_here", .number(service.counts.closedHere))
    object.add("unaccepted", .number(service.counts.unaccepted))
    object.add("sources", .array(service.sources.map(\.json)))
    object.add("owners", facts.owners(of: service))
    return .object(object)
  }
}

extension SocketService {
  /// Where it is offered, and at which end of the connections this host is found where it is both.
  fileprivate var offered: String {
    guard isOnThisHost else { return "elsewhere" }
    return name.isLocal ? "here" : "here (as client)"
  }
}

extension SocketFacts {
  /// The programs that have its sockets, by the state of these.
  fileprivate func owners(of service: SocketService) -> JSONValue {
    let groups = HostSocket.State.allCases.map { SocketOwners.Group(service.name, $0) }
    let owners = groups.flatMap { group in (self.owners.owners[group] ?? []).map { $0.json(group.state) } }
    return owners.isEmpty ? .null : .array(owners)
  }

  /// The sockets of all services but the first ones.
  fileprivate func more(than count: Int) -> SocketCounts {
    services.dropFirst(count).reduce(into: rest) { $0 += $1.counts }
  }
}

extension SocketCounts {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object.add("all", .number(total))
    for state in HostSocket.State.allCases where self[state] > 0 { object.add(state.name, .number(self[state])) }
    return .object(object)
  }
}

extension SocketService.Source {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object.add("address", .string(address.description))
    object.add("open", .number(open))
    object.add("syn_sent", .number(synSent))
    object.add("time_wait", .number(timeWait))
    return .object(object)
  }
}

extension SocketOwners.Owner {
  fileprivate func json(_ state: HostSocket.State) -> JSONValue {
    var object = JSONObject()
    object.add("state", .string(state.name))
    object.add("command", .string(command))
    object.add("processes", .array(processes.map { .number(UInt32($0)) }))
    object.add("sockets", .number(sockets))
    return .object(object)
  }
}
