// SPDX-License-Identifier: Apache-2.0

import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite struct FileReaderTests {
  @Test func `a kernel file is read`() throws {
    #expect(try FileReader.kernelText(of: "/proc/sys/kernel/ostype") == "Linux\n")
  }

  @Test func `a kernel file is read up to 4096 bytes`() throws {
    #expect(try FileReader.kernelText(of: "/proc/self/exe").isEmpty == false)
    #expect(try FileReader.kernelText(of: "/dev/zero").utf8.count == 4096)
    #expect(try FileReader.kernelText(of: "/dev/zero", atMost: 100_000).utf8.count == 100_000)
  }

  @Test(
    arguments: [("/proc/self/no-such-file", .noSuchFileOrDirectory), ("/proc/self", .isDirectory)] as [(String, Errno)])
  func `a file that cannot be read throws the errno`(path: String, errno: Errno) {
    #expect(throws: errno) { try FileReader.kernelText(of: FilePath(path)) }
    #expect(throws: errno) { try FileReader.bytes(of: FilePath(path), atMost: 4096) }
  }

  @Test func `a whole file is read, and a longer one refused`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("file")
      let bytes = [UInt8](repeating: 0x61, count: 100_000)
      try write(bytes, to: path)
      #expect(try FileReader.bytes(of: path, atMost: 100_000) == bytes)
      #expect(throws: Errno.fileTooLarge) { try FileReader.bytes(of: path, atMost: 99_999) }
    }
  }

  @Test func `an endless file is refused`() {
    #expect(throws: Errno.fileTooLarge) { try FileReader.bytes(of: "/dev/zero", atMost: 1_000_000) }
  }

  @Test func `a FIFO without a writer is empty and does not hang`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("fifo")
      try #require(mkfifo(path.string, 0o600) == 0)
      #expect(try FileReader.bytes(of: path, atMost: 10) == [])
    }
  }

  @Test func `a link is not followed if that is requested`() async throws {
    try await withTemporaryDirectory { directory in
      let (path, link) = (directory.appending("file"), directory.appending("link"))
      try write([0x61], to: path)
      try #require(symlink(path.string, link.string) == 0)
      #expect(try FileReader.bytes(of: link, atMost: 10) == [0x61])
      #expect(throws: Errno.tooManySymbolicLinkLevels) {
        try FileReader.bytes(of: link, atMost: 10, options: .noFollow)
      }
    }
  }

  private func write(_ bytes: [UInt8], to path: FilePath) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(bytes) }
  }
}
