// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Linux

/// Files that somebody else may have chosen.
@Suite struct ForeignFileTests {
  @Test func `is a regular file, also through a link`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("file")
      try path.write("abc")
      #expect(chmod(path.string, 0o640) == 0)
      #expect(symlink("file", directory.appending("link").string) == 0)
      for name in ["file", "link"] {
        let file = try ForeignFile(at: directory.appending(name), atMost: 3)
        #expect(file.bytes == [0x61, 0x62, 0x63])
        #expect(file.permissions == FilePermissions(rawValue: 0o640))
      }
      #expect(throws: ForeignFile.Obstacle.tooLarge) { try ForeignFile(at: path, atMost: 2) }
      #expect(throws: ForeignFile.Obstacle.refused(.noSuchFileOrDirectory)) {
        try ForeignFile(at: directory.appending("none"), atMost: 2)
      }
    }
  }

  @Test(arguments: [
    "/", "/dev/null", "/dev/zero", "/proc/self/environ", "/proc/sys/vm/drop_caches", "/sys/devices/system/cpu/online",
  ])
  func `is nothing else`(path: String) {
    #expect(throws: ForeignFile.Obstacle.notRegular) { try ForeignFile(at: FilePath(path), atMost: 1000) }
  }

  /// A FIFO is the stand-in for a device: a writer that does not wait gets ENXIO as long as nobody opens it to read.
  @Test func `opens nothing that is not regular`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("fifo")
      #expect(mkfifo(path.string, 0o600) == 0)
      let isOver = Mutex(false)
      let opened = Box<Bool>()
      try ThreadWithTimeout.start {
        var wasOpened = false
        while !wasOpened, !isOver.withLock({ $0 }) {
          let descriptor = open(path.string, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
          wasOpened = descriptor >= 0
          if descriptor >= 0 { close(descriptor) }
          usleep(50)
        }
        opened.put(wasOpened)
      }
      for _ in 0..<300 {
        #expect(throws: ForeignFile.Obstacle.notRegular) { try ForeignFile(at: path, atMost: 1000) }
      }
      isOver.withLock { $0 = true }
      #expect(opened.take() == false)
    }
  }

  /// The content belongs to the file that was checked, whatever has its name by then.
  @Test func `is never the file that has taken its place`() async throws {
    try await withTemporaryDirectory { directory in
      let (path, next) = (directory.appending("link"), directory.appending("next"))
      try directory.appending("file").write("abc")
      #expect(mkfifo(directory.appending("fifo").string, 0o600) == 0)
      #expect(symlink("file", path.string) == 0)
      let isOver = Mutex(false)
      try ThreadWithTimeout.start {
        while !isOver.withLock({ $0 }) {
          for target in ["fifo", "file"] where symlink(target, next.string) == 0 { rename(next.string, path.string) }
          usleep(50)
        }
      }
      for _ in 0..<300 {
        do throws(ForeignFile.Obstacle) {
          #expect(try ForeignFile(at: path, atMost: 1000).bytes == [0x61, 0x62, 0x63])
        } catch {
          #expect(error == .notRegular)
        }
      }
      isOver.withLock { $0 = true }
    }
  }
}
