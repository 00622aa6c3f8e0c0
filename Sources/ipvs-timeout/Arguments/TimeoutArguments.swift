// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Text

/// The ways to name timeouts: three values in order, `default` alone, or options.
struct TimeoutValues: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The three timeouts tcp, tcpfin and udp, in this order; or default alone, for all three.", valueName: "time"),
    completion: .timeouts)
  var values: [String] = []

  @Option(
    name: .table(.tcp), parsing: .unconditional,
    help: ArgumentHelp("The timeout of ESTABLISHED connections.", valueName: "time"),
    completion: .timeouts)
  var tcp: String?

  @Option(
    name: .table(.tcpFin), parsing: .unconditional,
    help: ArgumentHelp("The timeout of connections in FIN_WAIT.", valueName: "time"),
    completion: .timeouts)
  var tcpFin: String?

  @Option(
    name: .table(.udp), parsing: .unconditional,
    help: ArgumentHelp("The timeout of UDP connections.", valueName: "time"),
    completion: .timeouts)
  var udp: String?

  /// Whether the command line names no timeout.
  var isEmpty: Bool { values.isEmpty && [tcp, tcpFin, udp].allSatisfy { $0 == nil } }

  /// The timeouts that are named; `nil` for a timeout to keep.
  ///
  /// - Parameter command: The command that the values belong to, for its usage errors.
  /// - Returns: The timeouts.
  /// - Throws: ``Failure``, when a value is not a timeout or the number of values is wrong.
  func timeouts(for command: String) throws(Failure) -> Timeouts {
    let named = [tcp, tcpFin, udp]
    let isNamed = named.contains { $0 != nil }
    let texts =
      switch (values.count, isNamed) {
      case (3, false): values
      case (0, true): named.map { $0 ?? "-" }
      case (1, false) where values == ["default"]: ["default", "default", "default"]
      case (_, true): throw .usage("use either three values or --tcp, --tcpfin and --udp, not both")
      default:
        throw .usage(
          "\(command) needs three values, tcp tcpfin udp, not \(values.count); write `ipvs-timeout \(command) 60 30 60`,"
            + " with - for a value to keep, or use --tcp, --tcpfin, --udp")
      }
    do { return try Timeouts(texts: texts) } catch { throw .usage(error.description) }
  }
}

extension Timeouts {
  /// Three values as people write them, in order.
  ///
  /// - Throws: `InvalidTimeoutText`.
  fileprivate init(texts: [String]) throws(InvalidTimeoutText) {
    self.init()
    for (name, text) in zip(Name.allCases, texts) {
      self[name] = try TimeoutText.parse(text, for: name)
    }
  }
}

/// The value of `--wait`.
///
/// Any text is accepted here: after a refused one, the argument parser would treat the option as a flag and continue.
enum WaitText: ExpressibleByArgument, CustomStringConvertible {
  /// No value.
  case absent
  /// A value, which must be a duration.
  case written(String)

  init(argument: String) {
    self = .written(argument)
  }

  /// The meaning of the option without a value, for the help.
  var description: String {
    switch self {
    case .absent: "no limit"
    case .written(let text): text
    }
  }

  /// The longest time to wait.
  ///
  /// - Throws: ``Failure``, when the value is not a duration.
  func limit() throws(Failure) -> ConnectionsRequest.Wait {
    guard case .written(let text) = self else { return .asLongAsItTakes }
    guard let seconds = TimeoutText.seconds(text), Timeout.settableSeconds ~= seconds else {
      throw .usage("--wait accepts a time from 1 s to 31 days (90, 90s, 15m), not \"\(text.printable)\"")
    }
    return .atMost(.seconds(seconds))
  }
}
