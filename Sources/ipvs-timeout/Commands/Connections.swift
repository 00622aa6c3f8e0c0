// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Text

/// The command `ipvs-timeout connections`.
struct ConnectionsCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "connections",
    abstract: "Say what the timers of the live connections are, and which are outdated.",
    discussion: """
      A connection takes the timeout of its state when a packet of it passes, so after a change the idle ones keep the \
      timers that they have. Those that are still on a longer timer than the timeout allows are outdated.

      For each state: how many connections there are, the shortest, the median, the 99th percentile and the longest \
      time left, and what rules it: one of the three timeouts, or the kernel, whose other timers no setting changes. \
      Median and percentile are exact below 256 s, and to 0.4 % above. On a terminal, bars show how the time left is \
      spread, and | where the timeout is.

      With --outdated, exit status 1: there are some. With --wait, it ends when none is left; 75: some are left when \
      the time written behind --wait is over.

      Examples:
        ipvs-timeout connections --all-netns
        ipvs-timeout connections --outdated --service 192.0.2.100:80
        ipvs-timeout set 60 30 60 && ipvs-timeout connections --wait 15m
      """)

  @Flag(help: "List the outdated connections, one a line.")
  var outdated = false

  @Option(
    defaultAsFlag: WaitText.absent, parsing: .next,
    help: ArgumentHelp(
      "First wait until none is outdated, or for so long if a duration is given.", valueName: "duration"))
  var wait: WaitText?

  @Option(help: ArgumentHelp("Only those in this state, as ESTABLISHED; repeatable.", valueName: "state"))
  var state: [String] = []

  @Option(
    help: ArgumentHelp("Only those of this virtual service, as 192.0.2.1:80.", valueName: "address:port"))
  var service: String?

  @Option(
    help: ArgumentHelp("Only those to this real server, on any port or on one.", valueName: "address[:port]"))
  var realServer: String?

  @Option(help: ArgumentHelp("Only those from this client.", valueName: "address"))
  var client: String?

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    let request = ConnectionsRequest(
      filter: try filter(), isList: outdated, wait: try wait?.limit())
    let formats: Set<Format> = outdated ? [.text, .json] : [.text, .json, .prometheus]
    return .connections(request, try output.output(formats), access.access)
  }

  private func filter() throws(Failure) -> ConnectionFilter {
    var filter = ConnectionFilter()
    for name in state {
      let state = Connection.State(name: name.uppercased())
      guard Connection.State.known.contains(state) else {
        let names = Connection.State.known.map(\.name).joined(separator: ", ")
        throw .usage("\"\(name.printable)\" is not a state; there are \(names)")
      }
      filter.states.insert(state)
    }
    if let service {
      guard let endpoint = Endpoint(service) else {
        throw .usage("--service takes 192.0.2.1:80 or [2001:db8::1]:80, not \"\(service.printable)\"")
      }
      filter.service = endpoint
    }
    if let realServer {
      if let endpoint = Endpoint(realServer) {
        (filter.server, filter.serverPort) = (endpoint.address, endpoint.port)
      } else {
        filter.server = try address(realServer, "--real-server takes an address or 192.0.2.1:80 or [2001:db8::1]:80")
      }
    }
    if let client { filter.client = try address(client, "--client takes an address") }
    return filter
  }

  private func address(_ text: String, _ rule: String) throws(Failure) -> InternetAddress {
    guard let address = InternetAddress(text) else { throw .usage("\(rule), not \"\(text.printable)\"") }
    return address
  }
}

/// What is asked about connections.
struct ConnectionsRequest: Hashable {
  /// Which of them are looked at.
  var filter = ConnectionFilter()
  /// Whether the outdated ones are listed; else all are counted.
  var isList = false
  /// Whether first to wait until none is outdated.
  var wait: Wait?

  /// How long to wait.
  enum Wait: Hashable {
    /// As long as there are any.
    case asLongAsItTakes
    /// So long, whether there are any or not.
    case atMost(Duration)
  }
}

extension ConnectionsRequest {
  /// Looks at the connections of each namespace, when it is time to, and prints what there is to say.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere.
  func run(_ output: Invocation.Output, _ access: Invocation.Access) throws(Failure) -> ExitStatus {
    var round = CommandContext(output, access)
    let isNamed = access.scope.choice != .unsaid
    let places = isNamed ? try access.scope.places(&round) : [NamespaceTarget(.current)]
    var look = ConnectionsLook(at: places, filter, access)
    let hasWaited: Bool? = if let wait { try look.wait(wait, isQuiet: output.isQuiet, &round) } else { nil }
    var printer = ConnectionsPrinter(output, isNamed: isNamed)
    let outdated = isList ? try look.list(&round, &printer) : try look.summarize(&round, &printer)
    try printer.finish()
    if let hasWaited, outdated.count > 0 { round.note(Failure(outdated.sentence(hasWaited: hasWaited), .timedOut)) }
    let status = try round.finished()
    return isList && outdated.count > 0 ? status.worse(.notAsWanted) : status
  }
}

/// How many connections are outdated, over all namespaces, and for how long they can be.
struct OutdatedCount: Hashable {
  var count = 0
  /// For how many seconds at the most some will be outdated.
  var seconds: UInt32 = 0

  /// So many connections, with their verb.
  var subject: String { count == 1 ? "1 connection is" : "\(count) connections are" }

  /// Why there are some after waiting.
  ///
  /// - Parameter hasWaited: Whether there was none any more before the result was read.
  /// - Returns: The sentence.
  fileprivate func sentence(hasWaited: Bool) -> String {
    let time = "for \(hasWaited ? "" : "another ")\(DurationText.text(seconds)) at the most"
    return hasWaited
      ? "none was outdated any more, and now \(subject) outdated again, \(time): a timeout may have become shorter;"
        + " wait again"
      : "the time given to --wait is over and \(subject) still outdated, \(time); wait longer, or see which with"
        + " `ipvs-timeout connections --outdated`"
  }
}
