// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import IPVS

@Suite struct SmallFileTests {
  @Test func `is read`() {
    #expect(SmallFile.text(of: "/proc/sys/kernel/ostype") == "Linux\n")
  }

  @Test func `is read up to 4096 bytes`() {
    #expect(SmallFile.text(of: "/proc/self/exe")?.isEmpty == false)
    #expect(SmallFile.text(of: "/dev/zero")?.utf8.count == 4096)
    #expect(SmallFile.text(of: "/dev/zero", most: 100_000)?.utf8.count == 100_000)
  }

  @Test(arguments: ["/proc/self/no-such-file", "/proc/self", ""])
  func `is nil where it cannot be read`(path: String) {
    #expect(SmallFile.text(of: FilePath(path)) == nil)
  }
}
