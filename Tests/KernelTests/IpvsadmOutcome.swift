// SPDX-License-Identifier: Apache-2.0

import Testing

/// The result of one command line in ipvsadm's language, and the timeouts after it.
struct IpvsadmOutcome: Equatable {
  let status: Int
  let stdout: String
  let stderr: String
  let timeouts: String

  /// Whether ipvsadm did something else than set or print the timeouts, and succeeded.
  var isAnotherOperation: Bool {
    status == 0 && !stdout.isEmpty && !stdout.hasPrefix(Self.lineStart)
  }

  /// Whether the message is one of ipvsadm's about the values and their number.
  var isAboutValues: Bool {
    Self.valueMessages.contains(where: stderr.hasPrefix)
  }

  /// Whether ipvsadm's message is about the value or the repetition of an option that belongs to other operations.
  ///
  /// ipvsadm may have stopped there, before an error that the program under test finds.
  var isAboutForeignOption: Bool {
    if stderr.hasPrefix("illegal ") { return !stderr.hasPrefix("illegal syncid") }
    if stderr.hasPrefix("multiple '") { return !Self.ownOptions.contains { stderr.hasPrefix("multiple '\($0)'") } }
    return stderr.hasPrefix("-6 used before -f")
  }

  /// Whether the output is one line of our program, on standard error.
  var isOneSentence: Bool { Outcome(0, stdout, stderr).isOneSentence }

  /// Whether the program under test refused it, in its own words or in ipvsadm's.
  var isRefusal: Bool { [2, 255].contains(status) && (isAboutValues || isOneSentence) }

  private static let lineStart = "Timeout (tcp tcpfin udp): "
  private static let ownOptions = ["timeout", "numeric", "exact", "nosort", "tun-info", "syncid"]
  private static let valueMessages = [
    "invalid timeout value `", "--set option requires 3 timeout values", "unexpected argument ",
  ]
}

extension IpvsadmOutcome: CustomTestStringConvertible {
  var testDescription: String {
    "status \(status), output \(stdout.debugDescription), error \(stderr.debugDescription), timeouts \(timeouts)"
  }
}
