// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPVS
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import Doctor

/// The files that a configuration includes.
extension KeepalivedConfigurationTests {
  @Test func `reads the files that it includes`() async throws {
    let files = [
      "/srv/a.conf": "include conf.d/*.conf\ninclude /etc/{one,two}.conf\ninclude none.conf",
      "/srv/conf.d/1.conf": "include ../service", "/srv/service": Self.service,
      "/srv/conf.d/.hidden.conf": "global_defs {",
      "/srv/conf.d/2.conf": "global_defs {\nlvs_timeouts tcp 5 udp 6\n}",
      "/etc/two.conf": "global_defs { include x\n}",
      "/etc/x": "lvs_timeouts udp 7",
    ]
    let reading = try await reading(files, ["-n", "-f", "a.conf"])
    #expect(reading.plan == writes(5, nil, 7, in: "/etc/x"))
    #expect(
      reading.changes.map(\.file) == [
        "/srv/a.conf", "/srv/conf.d", "/srv/conf.d/1.conf", "/srv/conf.d/../service",
        "/srv/conf.d/2.conf",
        "/etc/two.conf", "/etc/x",
      ])
    let pwd = [
      "/a/keepalived.conf": "include ${_PWD}/b/*.conf\n", "/a/b/c.conf": "$D=${_PWD}\ninclude ${D}/d", "/a/b/d": "x",
    ]
    expect(
      try await self.reading(pwd, ["-f", "/a/keepalived.conf"]).changes.map(\.file),
      equals: ["/a/keepalived.conf", "/a/b", "/a/b/c.conf", "/a/b/d"])
  }

  @Test func `reads many files and says where there are too many`() async throws {
    var files = [Self.file: "include d/*.conf\n\(Self.service)"]
    for number in 0..<300 {
      files["/etc/keepalived/d/\(number).conf"] = "global_defs { lvs_timeouts udp \(number + 1) }"
    }
    expect(try await reading(files).plan, equals: writes(nil, nil, 100, in: "/etc/keepalived/d/99.conf"))
    let loop = [Self.file: "\ninclude keepalived.conf"]
    expect(
      try await reading(loop).plan,
      equals: .unknown("\(Self.file) line 2: keepalived.conf: files include each other without end"))
    let large = [Self.file: "include large", "/etc/keepalived/large": String(repeating: "#\n", count: 2 << 20) + "#"]
    expect(
      try await reading(large).plan,
      equals: .unknown("\(Self.file) line 1: /etc/keepalived/large: it is longer than 4 MiB"))
  }

  @Test func `limits the patterns, the files and the time`() async throws {
    let globs = [Self.file: String(repeating: "include /e*/*/none*\n", count: 1001) + Self.service]
    #expect(
      try await reading(globs).plan
        == .unknown("\(Self.file) line 1000: /e*/*/none*: there are more than 1000 patterns"))
    let bomb = String(repeating: "{a,b}", count: 26)
    #expect(
      try await reading([Self.file: "include \(bomb)"]).plan
        == .unknown("\(Self.file) line 1: \(bomb): it is a pattern of too many files"))
    try await withTemporaryDirectory { root in
      try root.pushing(FilePath(String(Self.file.dropFirst()))).write(Self.service)
      let files = ProcessFiles(root: root, directory: nil, until: .now)
      #expect(
        WriterReading.keepalived([], files, hostName: "x").plan == .unknown("\(Self.file): reading it took too long"))
    }
  }

  @Test func `reads regular files only`() async throws {
    try await withTemporaryDirectory { root in
      let directory = root.appending("etc/keepalived")
      try directory.appending("keepalived.conf").write("include *\n\(Self.service)")
      try directory.appending("program").write("global_defs { lvs_timeouts tcp 5 }")
      #expect(chmod(directory.appending("program").string, 0o755) == 0)
      #expect(mkfifo(directory.appending("fifo").string, 0o644) == 0)
      for (name, target) in [
        ("null", "/dev/null"), ("environ", "/proc/self/environ"), ("up", "../../../../../etc/passwd"),
      ] {
        #expect(symlink(target, directory.appending(name).string) == 0)
      }
      // It includes itself, too, which has an end here.
      for include in ["[!k]*", "fifo", "null", "environ", "up", "{fifo,program,none}"] {
        try directory.appending("keepalived.conf").write("include \(include)\n\(Self.service)")
        let reading = WriterReading.keepalived([], ProcessFiles(root: root, directory: nil), hostName: "x")
        #expect(reading.plan == .nothing("has no lvs_timeouts in \(Self.file), and writes none"), "\(include)")
      }
    }
  }
}
