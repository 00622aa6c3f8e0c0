// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Linux

/// Lines of `/proc/1234/mountinfo`, and which processes show which mount namespaces.
@Suite struct NamespaceMountsTests {
  @Test(
    arguments: [
      ("421 25 0:4 net:[4026532281] /run/netns/blue rw shared:212 - nsfs nsfs rw", 4_026_532_281, "/run/netns/blue"),
      ("421 25 0:4 net:[7] /run/netns/blue rw - nsfs nsfs rw", 7, "/run/netns/blue"),
      (#"1 2 0:4 net:[7] /a\040b\011c\012d\134e rw - nsfs nsfs rw"#, 7, "/a b\tc\nd\\e"),
      (#"1 2 0:4 net:[7] /\04 rw - nsfs nsfs rw"#, 7, #"/\04"#),
      (#"1 2 0:4 net:[7] /\480\777 rw - nsfs nsfs rw"#, 7, #"/\480\777"#),
    ] as [(String, UInt, FilePath)])
  func `are read`(line: String, inode: UInt, path: FilePath) {
    var line = line
    line.withUTF8 { bytes in
      let mount = NamespaceMount(UnsafeRawBufferPointer(bytes))
      #expect(mount?.inode == inode)
      #expect(mount?.path == path)
    }
  }

  @Test(
    arguments: [
      "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
      "421 25 0:4 uts:[4026532281] /run/utsns/blue rw - nsfs nsfs rw",
      "421 25 0:4 mnt:[4026532281] /run/snapd/ns/x.mnt rw - nsfs nsfs rw",
      "421 25 0:4 /net:[4026532281] /x rw - ext4 nsfs rw", "421 25 0:4 net:[] /x", "421 25 0:4 net:[1 /x",
      "421 25 0:4 net:[x] /x", "421 25 0:4 net:[99999999999999999999999] /x", "421 25 0:4 net", "421 25", "",
    ])
  func `are about something else`(line: String) {
    var line = line
    line.withUTF8 { #expect(NamespaceMount(UnsafeRawBufferPointer($0)) == nil) }
  }

  @Test(
    arguments: [("/run/netns/", true), ("/run/netns/blue", false), ("/run/docker/netns/", false), ("/run/", true)]
      as [(StaticString, Bool)])
  func `are below a directory or not`(directory: StaticString, isBelow: Bool) {
    var line = "421 25 0:4 net:[4026532281] /run/netns/blue rw - nsfs nsfs rw"
    line.withUTF8 { bytes in
      #expect(NamespaceMount(UnsafeRawBufferPointer(bytes))?.isBound(below: directory) == isBelow)
    }
  }

  @Test func `are listed of a process`() async throws {
    try await withTemporaryDirectory { directory in
      let foreign = try ForeignMounts(in: directory, "bind 'a b'; : > other; mount --bind /proc/self/ns/uts other")
      var mounts = try NamespaceMounts(of: foreign.process)
      var found: [FilePath: UInt] = [:]
      while let mount = try mounts.next() { found[mount.path] = mount.inode }
      let path = directory.appending("a b")
      #expect(try found[path] == NamespaceIdentity(foreign.path(path)).inode)
      #expect(found[directory.appending("other")] == nil)
      #expect(mounts.byteCount > 100)
      #expect(throws: Errno.noSuchFileOrDirectory) { _ = try NamespaceMounts(of: 0) }
    }
  }

  @Test func `each mount namespace is seen once`() async throws {
    try await withTemporaryDirectory { directory in
      let foreign = try ForeignMounts(in: directory, "mkdir empty; sleep 60 & echo $! > number")
      let text = try foreign.path(directory.appending("number")).text()
      let other = try #require(Int32(text.split(separator: "\n").first ?? ""))
      let (views, hidden) = MountView.others([0, foreign.process, other, 1_000_000_000])
      #expect(views == [MountView(process: foreign.process, isReachable: true)])
      #expect(hidden == 0)
      #expect(MountView.others([other, foreign.process]).views.map(\.process) == [other])
      // This process has the mount namespace of the test.
      #expect(MountView.others([getpid()]).views == [])
    }
  }
}
