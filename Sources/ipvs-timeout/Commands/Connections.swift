// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Text

/// The command `ipvs-timeout connections`.
struct ConnectionsCommand: InvocationCommand {
  static let name = "\(TableCommand.connections.text)"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Report the timers of the live connections, and which are outdated.",
    usage: "ipvs-timeout connections [--outdated] [--wait [<time>]] [<options>]",
    discussion: """
      A connection gets the timeout of its state when IPVS forwards a packet of it. After a change, idle connections \
      keep their old timers. A connection is outdated if its timer is still longer than the timeout allows.

      The result has a line for each state: the number of connections; the shortest, the median, the 99th percentile \
      and the longest time left; and what governs the timer: one of the three timeouts, or the kernel, whose other \
      timers no setting changes. Median and percentile are exact below 256 s, and within 0.4 % above. On a terminal, \
      bars show how the times left are spread, and | marks the timeout.

      With --outdated, exit status 1 means that there are outdated connections. With --wait, the command ends when no \
      outdated connection is left, or with status 75 if some remain after the given time.

      Examples:
        ipvs-timeout connections --all-netns
        ipvs-timeout connections --outdated --service 192.0.2.100:80
        ipvs-timeout set 60 30 60 && ipvs-timeout connections --wait 15m
      """)

  @OptionGroup(title: OptionTitle.connections) var options: ConnectionsOptions

  @OptionGroup var common: CommonOptions<MetricFormat>

  func invocation() throws(Failure) -> Invocation {
    .connections(
      ConnectionsRequest(
        filter: try options.filter.filter(), result: try options.result(common.output.format),
        wait: try options.wait?.limit(), isQuiet: common.output.quiet, access: common.access(default: .current)))
  }
}

/// The options of `connections` alone.
struct ConnectionsOptions: ParsableArguments {
  @Flag(name: .table(.outdated), help: "List the outdated connections, one on each line.")
  var outdated = false

  @Option(
    defaultAsFlag: WaitText.absent, parsing: .next,
    help: ArgumentHelp(
      "First wait until no connection is outdated, or for this long at most.", valueName: "time"),
    completion: .times)
  var wait: WaitText?

  @OptionGroup var filter: FilterOptions

  /// What to print.
  ///
  /// - Parameter format: The format that the command line names.
  /// - Returns: A summary, or the outdated connections.
  /// - Throws: ``Failure``, when the result does not have this format.
  func result(_ format: MetricFormat) throws(Failure) -> ConnectionsRequest.Result {
    guard outdated else { return .summary(format) }
    guard let format = TextFormat(format) else {
      throw .usage("--outdated lists connections, which no metric can; use --format text or json")
    }
    return .outdated(format)
  }
}

/// The options that choose connections.
struct FilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only connections in this state, such as ESTABLISHED. Repeatable.", valueName: "state"),
    completion: .states)
  var state: [String] = []

  @Option(
    help: ArgumentHelp("Only connections of this virtual service, such as 192.0.2.1:80.", valueName: "address:port"))
  var service: String?

  @Option(
    help: ArgumentHelp("Only connections to this real server, on any port or on one.", valueName: "address[:port]"))
  var realServer: String?

  @Option(help: ArgumentHelp("Only connections from this client.", valueName: "address"))
  var client: String?

  /// Which connections count.
  ///
  /// - Throws: ``Failure``, when a value does not name a state or an address.
  func filter() throws(Failure) -> ConnectionFilter {
    var filter = ConnectionFilter()
    for name in state {
      let state = Connection.State(rawValue: name.uppercased())
      guard Connection.State.known.contains(state) else {
        let names = Connection.State.known.map(\.rawValue).joined(separator: ", ")
        throw .usage("\"\(name.printable)\" is not a state; the states are \(names)")
      }
      filter.states.insert(state)
    }
    if let service {
      guard let endpoint = Endpoint(parsing: service) else {
        throw .usage(
          "--service needs an address and a port, not \"\(service.printable)\"; write 192.0.2.1:80 or [2001:db8::1]:80")
      }
      filter.service = endpoint
    }
    if let realServer {
      if let endpoint = Endpoint(parsing: realServer) {
        (filter.server, filter.serverPort) = (endpoint.address, endpoint.port)
      } else {
        filter.server = try address(
          realServer, of: "--real-server", "192.0.2.1, 2001:db8::1, 192.0.2.1:80 or [2001:db8::1]:80")
      }
    }
    if let client { filter.client = try address(client, of: "--client", "192.0.2.1 or 2001:db8::1") }
    return filter
  }

  private func address(
    _ text: String, of option: String, _ examples: String
  ) throws(Failure) -> InternetAddress {
    guard let address = InternetAddress(parsing: text) else {
      throw .usage("\(option) needs an address, not \"\(text.printable)\"; write \(examples)")
    }
    return address
  }
}

/// Reads the timers of the connections of each namespace, and prints a summary or the outdated connections.
struct ConnectionsRequest: Hashable {
  /// The connections to count.
  var filter = ConnectionFilter()
  var result = Result.summary(.text)
  /// How long to wait first until no connection is outdated; `nil` for not at all.
  var wait: Wait?
  var isQuiet = false
  var access = Access()

  /// The result to print.
  enum Result: Hashable {
    /// The number of connections and the time that they have left.
    case summary(MetricFormat)
    /// Each outdated connection.
    case outdated(TextFormat)
  }

  /// How long to wait.
  enum Wait: Hashable {
    /// Until no connection is outdated.
    case asLongAsItTakes
    /// At most for this time.
    case atMost(Duration)
  }

  /// - Throws: ``Failure``, for a failure that would be the same everywhere.
  func run() throws(Failure) -> ExitStatus {
    var context = CommandContext(access)
    var printer = ConnectionsPrinter(result, isQuiet: isQuiet, showsNames: access.selection.showsNames)
    var outdated = OutdatedCount()
    do throws(Failure) {
      outdated = try print(&context, &printer)
    } catch {
      printer.add(context.failures)
      do throws(Failure) { try printer.finish() } catch {}
      throw error
    }
    printer.add(context.failures)
    try printer.finish()
    if wait != nil, outdated.count > 0 { context.note(Failure(outdated.sentence, .timedOut)) }
    let status = try context.finish()
    guard case .outdated = result, outdated.count > 0 else { return status }
    return status.worse(.notAsWanted)
  }

  /// Waits, if asked to, and prints the result for each namespace.
  private func print(
    _ context: inout CommandContext, _ printer: inout ConnectionsPrinter
  ) throws(Failure) -> OutdatedCount {
    let targets = try access.selection.targets(&context, isForMetrics: result == .summary(.prometheus))
    var scan = ConnectionsScan(of: targets, filter)
    let hasWaited: Bool? = if let wait { try scan.wait(wait, isQuiet: isQuiet, &context) } else { nil }
    var outdated =
      switch result {
      case .summary: try scan.summarize(&context, &printer)
      case .outdated: try scan.list(&context, &printer)
      }
    outdated.hasWaited = hasWaited == true
    return outdated
  }
}

/// The number of outdated connections in all namespaces, and the time until there can be none.
struct OutdatedCount: Hashable {
  var count = 0
  /// The number of seconds after which no connection can be outdated, unless a timeout becomes shorter.
  var seconds: UInt32 = 0
  /// The number of seconds before which the last one does not end without a packet.
  var lastEnd: UInt32 = 0
  /// The number of seconds after which the last one has ended without a packet.
  var latestEnd: UInt32 = 0
  /// Whether `--wait` has seen a moment without an outdated connection.
  var hasWaited = false

  /// The number of connections with a verb: `5 connections are`.
  private var subject: String { count == 1 ? "1 connection is" : "\(count) connections are" }

  /// The state of the connections: `5 connections are still on the old timer`.
  var clause: String { "\(subject) still on the old timer" }

  /// The reason why some are outdated after waiting.
  fileprivate var sentence: String {
    let time = "for at most \(DurationText.text(seconds))"
    return hasWaited
      ? "no connection was outdated, but now \(subject) on an old timer, \(time): a timeout may have become shorter; wait again"
      : "the time given to --wait is over, but \(clause), \(time); wait longer, or use --outdated in"
        + " place of --wait to list them"
  }
}
