// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import IPVS
internal import Text

/// The two ways to name timeouts: three values in order, or options.
struct TimeoutValues: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The three timeouts tcp, tcpfin and udp, in this order.", valueName: "time"))
  var values: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("The timeout of ESTABLISHED connections.", valueName: "time"))
  var tcp: String?

  @Option(
    name: .customLong("tcpfin"), parsing: .unconditional,
    help: ArgumentHelp("The timeout of connections in FIN_WAIT.", valueName: "time"))
  var tcpFin: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The timeout of UDP connections.", valueName: "time"))
  var udp: String?

  /// Whether none is written.
  var isEmpty: Bool { values.isEmpty && [tcp, tcpFin, udp].allSatisfy { $0 == nil } }

  /// The timeouts that are named; `nil` for those that are kept.
  ///
  /// - Throws: ``Failure``, when a value is no timeout or the wrong number of them is named.
  func timeouts() throws(Failure) -> Timeouts {
    let named = [tcp, tcpFin, udp]
    let isNamed = named.contains { $0 != nil }
    switch (values.count, isNamed) {
    case (3, false), (0, true): break
    case (_, true): throw .usage("name the timeouts either by --tcp, --tcpfin and --udp or by three values, not both")
    default:
      throw .usage(
        "three values are needed, tcp tcpfin udp, not \(values.count); or name some with --tcp, --tcpfin, --udp")
    }
    do {
      return try Timeouts(texts: isNamed ? named.map { $0 ?? "-" } : values)
    } catch {
      throw .usage(error.description)
    }
  }
}

extension Timeouts {
  /// The three values as people write them, in order.
  ///
  /// - Throws: `InvalidTimeoutText`.
  fileprivate init(texts: [String]) throws(InvalidTimeoutText) {
    self.init()
    for (name, text) in zip(Name.allCases, texts) {
      self[name] = try TimeoutText.parse(text, for: name)
    }
  }
}

/// What is written behind `--wait`.
///
/// Any text will do here: where one is refused, the argument parser takes the option for a flag and goes on.
enum WaitText: ExpressibleByArgument, CustomStringConvertible {
  /// Nothing.
  case absent
  /// Something, which should be a duration.
  case written(String)

  init(argument: String) {
    self = .written(argument)
  }

  /// What it means that nothing is written, for the help.
  var description: String {
    switch self {
    case .absent: "as long as it takes"
    case .written(let text): text
    }
  }

  /// How long to wait.
  ///
  /// - Throws: ``Failure``, where that is no duration.
  func limit() throws(Failure) -> ConnectionsRequest.Wait {
    guard case .written(let text) = self else { return .asLongAsItTakes }
    guard let seconds = TimeoutText.seconds(text), Timeout.settableSeconds ~= seconds else {
      throw .usage("--wait takes a duration from 1 s to 31 days (90, 90s, 15m), not \"\(text.printable)\"")
    }
    return .atMost(.seconds(seconds))
  }
}
