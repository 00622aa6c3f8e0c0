// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm
import Testing
import Text

/// The line that `ipvsadm -L --timeout` prints.
@Suite struct TimeoutLineTests {
  static let lines: [(Timeouts, String)] = [
    (.kernelDefault, "Timeout (tcp tcpfin udp): 900 120 300"),
    (Timeouts(tcp: 1, tcpFin: 2, udp: 3), "Timeout (tcp tcpfin udp): 1 2 3"),
    (Timeouts(tcp: 2_678_400, tcpFin: 2_678_400, udp: 2_678_400), "Timeout (tcp tcpfin udp): 2678400 2678400 2678400"),
    (Timeouts(tcp: 900, tcpFin: 120), "Timeout (tcp tcpfin udp): 900 120 0"),
    (Timeouts(), "Timeout (tcp tcpfin udp): 0 0 0"),
  ]

  @Test(arguments: lines)
  func `is written`(timeouts: Timeouts, line: String) {
    #expect(written(timeouts) == line)
  }

  @Test(arguments: lines)
  func `is read`(timeouts: Timeouts, line: String) {
    #expect(Timeouts(ipvsadmOutput: line + "\n") == timeouts)
  }

  @Test func `may have another word for an absent timeout`() {
    #expect(written(Timeouts(udp: 300), absent: "-") == "Timeout (tcp tcpfin udp): - - 300")
  }

  @Test func `may have timeouts that are too long to set`() throws {
    let timeouts = try #require(Timeouts(ipvsadmOutput: "Timeout (tcp tcpfin udp): 4294967295 2678401 1\n"))
    #expect(timeouts.tcp?.seconds == 4_294_967_295)
    #expect(timeouts.tcpFin?.seconds == 2_678_401)
    #expect(written(timeouts) == "Timeout (tcp tcpfin udp): 4294967295 2678401 1")
  }

  @Test(arguments: [
    "",
    "\n",
    "garbage\n",
    // Half a line.
    "Timeout (tcp tcpfin udp): 900 120 300",
    "Timeout (tcp tcpfin udp): 900 120 30",
    "Timeout (tcp tcpfin udp): 900 120\n",
    "Timeout (tcp tcpfin udp): 900 120 \n",
    "Timeout (tcp tcpfin udp):\n",
    "Timeout (tcp tcpfin udp): \n",
    // More than the line.
    "Timeout (tcp tcpfin udp): 900 120 300\n\n",
    "Timeout (tcp tcpfin udp): 900 120 300\r\n",
    "Timeout (tcp tcpfin udp): 900 120 300 \n",
    "Timeout (tcp tcpfin udp): 900 120 300 60\n",
    "Timeout (tcp tcpfin udp): 900 120 300\nTimeout (tcp tcpfin udp): 900 120 300\n",
    "IP Virtual Server version 1.2.1 (size=4096)\nTimeout (tcp tcpfin udp): 900 120 300\n",
    " Timeout (tcp tcpfin udp): 900 120 300\n",
    "\u{FEFF}Timeout (tcp tcpfin udp): 900 120 300\n",
    "Timeout (tcp tcpfin udp): 900 120 300\n\0",
    // Other words and other spaces.
    "timeout (tcp tcpfin udp): 900 120 300\n",
    "Timeout (tcp udp tcpfin): 900 120 300\n",
    "Timeout (tcp tcpfin udp) : 900 120 300\n",
    "Timeout (tcp tcpfin udp):900 120 300\n",
    "Timeout (tcp tcpfin udp):  900 120 300\n",
    "Timeout (tcp tcpfin udp): 900  120 300\n",
    "Timeout (tcp tcpfin udp): 900\t120\t300\n",
    // Not numbers.
    "Timeout (tcp tcpfin udp): -1 120 300\n",
    "Timeout (tcp tcpfin udp): +900 120 300\n",
    "Timeout (tcp tcpfin udp): 900s 120s 300s\n",
    "Timeout (tcp tcpfin udp): 900.0 120 300\n",
    "Timeout (tcp tcpfin udp): 0x384 120 300\n",
    "Timeout (tcp tcpfin udp): a b c\n",
    "Timeout (tcp tcpfin udp): ٩٠٠ 120 300\n",
    "Timeout (tcp tcpfin udp): 4294967296 120 300\n",
    "Timeout (tcp tcpfin udp): 99999999999999999999 120 300\n",
  ])
  func `refuses any other text`(output: String) {
    #expect(Timeouts(ipvsadmOutput: output) == nil)
  }

  private func written(_ timeouts: Timeouts, absent: StaticString = "0") -> String {
    var text = TextBuffer()
    timeouts.appendLine(to: &text, absent: absent)
    return text.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
