// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Text

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
    guard let seconds = TimeoutText.seconds(text), 1...2_678_400 ~= seconds else {
      throw .usage("--wait takes a duration from 1 s to 31 days (90, 90s, 15m), not \"\(text.printable)\"")
    }
    return .atMost(.seconds(seconds))
  }
}
