// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The progress bar is drawn on a terminal, when the work takes long, and never anywhere else.
  @Suite(.clearingUp) struct ProgressTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let lines = ["red", "blue", "host"].map { "\($0): Timeout (tcp tcpfin udp): 1 2 3\n" }.joined()
    /// The bar.
    ///
    /// If the second namespace lasts a tenth of a second, another bar replaces it. Then the bar is erased.
    private static let bars: [String] = {
      let one = "\r[##########....................] 1 of 3 namespaces\u{1B}[K"
      let two = "\r[####################..........] 2 of 3 namespaces\u{1B}[K"
      return [one, one + two].map { $0 + "\r\u{1B}[K" }
    }()
    private static let shownLines = lines.split(separator: "\n").map { "\($0)\r\n" }.joined()

    @Test func isDrawnOnATerminalAfterASecond() async throws {
      let drawn = try await terminal(during: "1.1", ">\(directory.path)/stdout")
      #expect(ProgressTests.bars.contains(drawn), "\(drawn.debugDescription)")
      #expect(directory.text("stdout") == ProgressTests.lines)
    }

    @Test func isErasedBeforeALineIsWritten() async throws {
      let drawn = try await terminal(during: "1.1")
      #expect(ProgressTests.bars.contains { $0 + ProgressTests.shownLines == drawn }, "\(drawn.debugDescription)")
    }

    @Test func isNotDrawnWhenTheWorkIsShort() async throws {
      expect(try await terminal(during: "0", ">\(directory.path)/stdout"), equals: "")
      #expect(directory.text("stdout") == ProgressTests.lines)
    }

    @Test func isNotDrawnOnADumbTerminal() async throws {
      expect(try await terminal(during: "1.1", ">\(directory.path)/stdout", term: "dumb"), equals: "")
      #expect(directory.text("stdout") == ProgressTests.lines)
    }

    @Test func isNotDrawnIfStandardErrorIsNoTerminal() async throws {
      // It does not matter whether standard output is a terminal.
      expect(try await terminal(during: "1.1", "2>\(directory.path)/stderr"), equals: ProgressTests.shownLines)
      #expect(directory.text("stderr").isEmpty)
    }

    /// The output on a terminal while three namespaces are shown.
    ///
    /// The first one lasts this long.
    private func terminal(during seconds: String, _ redirection: String = "", term: String = "xterm") async throws
      -> String
    {
      _ = try await Neighbours.add("red", "blue")
      let slow = try directory.script(
        "ipvsadm",
        """
        [ -e \(directory.path)/called ] || { : >\(directory.path)/called; sleep \(seconds); }
        echo 'Timeout (tcp tcpfin udp): 1 2 3'
        """)
      let words = "show --netns red --netns blue --netns host --backend ipvsadm --ipvsadm \(slow)"
      let outcome = try await netns.run(
        "env", "TERM=\(term)", "script", "-qec", "exec \(Guest.program) \(words) \(redirection)", "/dev/null")
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
      return outcome.stdout
    }
  }
}
