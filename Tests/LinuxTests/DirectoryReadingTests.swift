// SPDX-License-Identifier: Apache-2.0

import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite struct DirectoryReadingTests {
  @Test func `are complete, whatever their bytes`() async throws {
    let names: [[UInt8]] = [
      Array("plain".utf8), Array("with space".utf8), Array("two\nlines".utf8), Array("\u{1B}[2J".utf8),
      Array(".hidden".utf8), Array("...".utf8), Array("-".utf8), Array("日本語🐧".utf8), Array("é".utf8),
      Array("e\u{301}".utf8),
      // Not UTF-8.
      [0xFF], [0xFE], [0x61, 0x80],
      Array(String(repeating: "x", count: 255).utf8),
    ]
    try await withTemporaryDirectory { directory in
      for name in names {
        let bytes = Array(directory.string.utf8) + [0x2F] + name + [0]
        let path = FilePath(platformString: bytes.map { CChar(bitPattern: $0) })
        let file = path.withPlatformString { open($0, O_CREAT | O_WRONLY, 0o600) }
        try #require(file >= 0)
        close(file)
      }
      let found = try FileReader.names(in: directory)
      #expect(found.count == names.count)
      #expect(Set(found.map(\.bytes)) == Set(names))
    }
  }

  @Test func `are complete, however many`() async throws {
    try await withTemporaryDirectory { directory in
      for number in 1...3000 {
        try #require(mkdir(directory.appending("\(number)").string, 0o700) == 0)
      }
      #expect(try Set(FileReader.names(in: directory).map(\.string)) == Set((1...3000).map(String.init)))
    }
  }

  @Test func `are empty for an empty directory`() async throws {
    try await withTemporaryDirectory { directory in
      let names = try FileReader.names(in: directory)
      #expect(names == [])
    }
  }

  @Test(
    arguments: [
      ("/no/such", .noSuchFileOrDirectory), ("", .noSuchFileOrDirectory), ("/dev/null", .notDirectory),
      ("/proc/self/status", .notDirectory),
    ] as [(String, Errno)])
  func `fail without a directory`(path: String, errno: Errno) {
    #expect(throws: errno) { try FileReader.names(in: FilePath(path)) }
  }
}

extension FilePath.Component {
  fileprivate var bytes: [UInt8] {
    withPlatformString { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
  }
}
