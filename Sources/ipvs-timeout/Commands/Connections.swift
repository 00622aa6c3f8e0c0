// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Text

/// The command `ipvs-timeout connections`.
struct ConnectionsCommand: InvocationCommand {
  static let name = "connections"

  static let configuration = CommandConfiguration(
    commandName: name,
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

  @OptionGroup var output: OutputOptions<MetricFormat>

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    .connections(
      ConnectionsRequest(
        filter: try filter(), result: try result(), wait: try wait?.limit(), isQuiet: output.quiet,
        access: access.access(default: .current)))
  }

  private func result() throws(Failure) -> ConnectionsRequest.Result {
    guard outdated else { return .summary(output.format) }
    guard let format = TextFormat(output.format) else {
      throw .usage("--outdated lists connections, so it takes --format text, json")
    }
    return .outdated(format)
  }

  private func filter() throws(Failure) -> ConnectionFilter {
    var filter = ConnectionFilter()
    for name in state {
      let state = Connection.State(rawValue: name.uppercased())
      guard Connection.State.known.contains(state) else {
        let names = Connection.State.known.map(\.rawValue).joined(separator: ", ")
        throw .usage("\"\(name.printable)\" is not a state; there are \(names)")
      }
      filter.states.insert(state)
    }
    if let service {
      guard let endpoint = Endpoint(parsing: service) else {
        throw .usage("--service takes 192.0.2.1:80 or [2001:db8::1]:80, not \"\(service.printable)\"")
      }
      filter.service = endpoint
    }
    if let realServer {
      if let endpoint = Endpoint(parsing: realServer) {
        (filter.server, filter.serverPort) = (endpoint.address, endpoint.port)
      } else {
        filter.server = try address(realServer, "--real-server takes an address or 192.0.2.1:80 or [2001:db8::1]:80")
      }
    }
    if let client { filter.client = try address(client, "--client takes an address") }
    return filter
  }

  private func address(_ text: String, _ rule: String) throws(Failure) -> InternetAddress {
    guard let address = InternetAddress(parsing: text) else { throw .usage("\(rule), not \"\(text.printable)\"") }
    return address
  }
}

/// Reads the timers of the connections of each namespace, and prints a summary or those that are outdated.
struct ConnectionsRequest: Hashable {
  /// Which connections count.
  var filter = ConnectionFilter()
  var result = Result.summary(.text)
  /// Whether first to wait until none is outdated.
  var wait: Wait?
  var isQuiet = false
  var access = Access()

  /// What to print.
  enum Result: Hashable {
    /// How many connections there are, and how much time they have left.
    case summary(MetricFormat)
    /// Those that are outdated, one by one.
    case outdated(TextFormat)
  }

  /// How long to wait.
  enum Wait: Hashable {
    /// As long as any connection is outdated.
    case asLongAsItTakes
    /// No longer than this.
    case atMost(Duration)
  }

  /// - Throws: ``Failure``, for what would be the same everywhere.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(access)
    var scan = ConnectionsScan(of: try access.selection.targets(&context), filter)
    let hasWaited: Bool? = if let wait { try scan.wait(wait, isQuiet: isQuiet, &context) } else { nil }
    var printer = ConnectionsPrinter(result, isQuiet: isQuiet, showsNames: access.selection.showsNames)
    let outdated =
      switch result {
      case .summary: try scan.summarize(&context, &printer)
      case .outdated: try scan.list(&context, &printer)
      }
    try printer.finish()
    if let hasWaited, outdated.count > 0 { context.note(Failure(outdated.sentence(hasWaited: hasWaited), .timedOut)) }
    let status = try context.finish()
    guard case .outdated = result, outdated.count > 0 else { return status }
    return status.worse(.notAsWanted)
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
