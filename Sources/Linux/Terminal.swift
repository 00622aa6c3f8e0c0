// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The terminal from which this process is controlled.
package final class Terminal {
  /// What somebody answered.
  package enum Answer: Sendable, Hashable {
    case yes
    case no
    /// Nothing in time.
    case late
    /// Nothing, for the terminal has gone or its input has ended.
    case gone
    /// Nothing, for a signal has come.
    case interrupted
  }

  private static let longestAnswer = 16
  private static let mostRead = 1024

  private let descriptor: CInt

  /// The terminal; `nil` where there is none.
  ///
  /// Nothing waits for it: one whose connection is cut takes no text.
  package init?() {
    let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Whether this process is one of those to which the terminal's keyboard belongs now.
  package var isForeground: Bool { tcgetpgrp(descriptor) == getpgrp() }

  /// Asks for a yes or a no, which has to be all that is written in a line.
  ///
  /// - Parameters:
  ///   - question: What to ask.
  ///   - limit: How long to wait for the answer.
  ///   - relay: What holds up the signals, each of which ends the waiting.
  /// - Returns: The answer.
  package func answer(to question: String, within limit: Duration, _ relay: SignalDeferral) -> Answer {
    let end = ContinuousClock.now + limit
    var output = Array(question.utf8)[...]
    var input: [UInt8] = []
    // What was typed before was no answer to this.
    tcflush(descriptor, TCIFLUSH)
    while ContinuousClock.now < end {
      guard relay.signals.isEmpty else { return .interrupted }
      var state = pollfd(fd: descriptor, events: Int16(output.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0)
      // Other threads get the signals: this one looks for them from time to time.
      guard poll(&state, 1, 100) > 0 else { continue }
      write(&output)
      guard Int(state.revents) & ~Int(POLLOUT) != 0 else { continue }
      guard read(&input) else { return .gone }
      while let line = Terminal.line(&input) {
        switch line {
        case "yes", "y": return .yes
        case "no", "n": return .no
        default: output += Array("yes or no? ".utf8)
        }
      }
    }
    output = [UInt8(ascii: "\n")]
    write(&output)
    return .late
  }

  /// Takes the first whole line, without what is blank at its ends; in a raw terminal the return key ends it.
  private static func line(_ input: inout [UInt8]) -> String? {
    guard let end = input.firstIndex(where: { [UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains($0) }) else {
      // Its beginning is enough to see that it is no answer.
      input = Array(input.drop { $0 == UInt8(ascii: " ") }.prefix(longestAnswer))
      return nil
    }
    let line = String(decoding: input[..<end], as: UTF8.self).lowercased()
    input.removeSubrange(...end)
    return String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Reads what was typed; returns false where nothing more will come.
  private func read(_ input: inout [UInt8]) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: Terminal.mostRead, alignment: 1) { buffer in
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
      input += buffer[..<count]
      return true
    }
  }

  /// Writes what the terminal takes now.
  private func write(_ output: inout ArraySlice<UInt8>) {
    let count = output.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count > 0 { output.removeFirst(count) }
  }
}
