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
        filter: try options.filter(), result: try options.result(common.output.format),
        wait: try options.wait?.limit(), isQuiet: common.output.quiet, access: common.access(default: .current)))
  }
}

/// The options of `connections` alone.
struct ConnectionsOptions: ParsableArguments {
  @Flag(help: "List the outdated connections, one on each line.")
  var outdated = false

  @Option(
    defaultAsFlag: WaitText.absent, parsing: .next,
    help: ArgumentHelp(
      "First wait until no connection is outdated, or for this long at most.", valueName: "time"))
  var wait: WaitText?

  @Option(help: ArgumentHelp("Only connections in this state, such as ESTABLISHED. Repeatable.", valueName: "state"))
  var state: [String] = []

  @Option(
    help: ArgumentHelp("Only connections of this virtual service, such as 192.0.2.1:80.", valueName: "address:port"))
  var service: String?

  @Option(
    help: ArgumentHelp("Only connections to this real server, on any port or on one.", valueName: "address[:port]"))
  var realServer: String?

  @Option(help: ArgumentHelp("Only connections from this client.", valueName: "address"))
  var client: String?

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
