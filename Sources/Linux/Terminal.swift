// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The controlling terminal of this process.
package final class Terminal {
  /// The answer of a person.
  package enum Answer: Sendable, Hashable {
    case yes
    case no
    /// There was no answer in time.
    case late
    /// There was no answer, because the terminal is gone or its input has ended.
    case gone
    /// There was no answer, because a signal arrived.
    case interrupted
  }

  private static let longestAnswer = 16
  private static let mostRead = 1024

  private let descriptor: CInt

  /// The terminal; `nil` if there is none.
  ///
  /// Reading and writing never wait: a terminal whose connection is cut accepts no text.
  package init?() {
    let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Whether this process is in the foreground of the terminal now.
  package var isForeground: Bool { tcgetpgrp(descriptor) == getpgrp() }

  /// Writes as much of a text as the terminal accepts now.
  package func show(_ text: String) {
    var output = Array(text.utf8)[...]
    write(&output)
  }

  /// Asks a question that is answered by a line with only yes, y, no or n.
  ///
  /// - Parameters:
  ///   - question: The question.
  ///   - limit: How long to wait for the answer.
  ///   - relay: The deferral that holds the signals. Each signal ends the wait.
  /// - Returns: The answer.
  package func answer(to question: String, within limit: Duration, _ relay: SignalDeferral) -> Answer {
    let end = ContinuousClock.now + limit
    var output = Array(question.utf8)[...]
    var input: [UInt8] = []
    // Text that was typed before is not an answer to this question.
    tcflush(descriptor, TCIFLUSH)
    while ContinuousClock.now < end {
      guard relay.signals.isEmpty else { return .interrupted }
      var state = pollfd(fd: descriptor, events: Int16(output.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0)
      // Other threads receive the signals, so this one checks for them every 100 ms.
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

  /// Removes and returns the first complete line, without blanks at its ends.
  ///
  /// In a raw terminal the return key ends a line.
  private static func line(_ input: inout [UInt8]) -> String? {
    guard let end = input.firstIndex(where: { [UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains($0) }) else {
      // The beginning of a long line is enough to see that it is not an answer.
      input = Array(input.drop { $0 == UInt8(ascii: " ") }.prefix(longestAnswer))
      return nil
    }
    let line = String(decoding: input[..<end], as: UTF8.self).lowercased()
    input.removeSubrange(...end)
    return String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Reads typed text.
  ///
  /// Returns false if nothing more will arrive.
  private func read(_ input: inout [UInt8]) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: Terminal.mostRead, alignment: 1) { buffer in
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
      input += buffer[..<count]
      return true
    }
  }

  /// Writes as much as the terminal accepts now.
  private func write(_ output: inout ArraySlice<UInt8>) {
    let count = output.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count > 0 { output.removeFirst(count) }
  }
}
