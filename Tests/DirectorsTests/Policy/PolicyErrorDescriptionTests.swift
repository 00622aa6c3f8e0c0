// SPDX-License-Identifier: Apache-2.0

import Directors
import SystemPackage
import Testing

/// The sentences about files.
@Suite struct PolicyErrorDescriptionTests {
  static let reasons: [(PolicyObstacle, String)] = [
    (
      .refused(.noSuchFileOrDirectory),
      "there is no such file (No such file or directory, errno 2);"
        + " create it with lines such as `host 15m - 60s`, or name another file"
    ),
    (
      .refused(.permissionDenied),
      "you may not read it (Permission denied, errno 13); run it as root, for example with sudo, or"
        + " check the security policy (`dmesg`)"
    ),
    (
      .refused(.notPermitted),
      "you may not read it (Operation not permitted, errno 1); run it as root, for example with sudo, or"
        + " check the security policy (`dmesg`)"
    ),
    (
      .refused(.ioError),
      "the system refused (Input/output error, errno 5);"
        + " check the path (`ls -lL /etc/ipvs-timeout.conf`) and its file system (`dmesg`)"
    ),
    (
      .refused(.notDirectory),
      "the system refused (Not a directory, errno 20);"
        + " check the path (`ls -lL /etc/ipvs-timeout.conf`) and its file system (`dmesg`)"
    ),
    (.notRegular, "it is a directory, a FIFO, a device, a socket or a file of the kernel; name a text file"),
    (
      .writableByOthers,
      "it is world-writable, so any user could control what root does;"
        + " review it, then run `chmod o-w /etc/ipvs-timeout.conf`"
    ),
    (.tooLarge, "it is larger than 16 MiB, the limit for a policy; name another file"),
    (
      .timedOut,
      "its file system did not answer in time; check the mount (`findmnt`), or name a file on a local disk"
    ),
    (
      .noThread(.resourceTemporarilyUnavailable),
      "the system provides no thread to read it (Resource temporarily unavailable, errno 11);"
        + " raise the limit of processes (`ulimit -u`, TasksMax=), then try again"
    ),
    (
      .noThread(.noMemory),
      "the system provides no thread to read it (Cannot allocate memory, errno 12);"
        + " raise the limit of memory (`ulimit -v`), then try again"
    ),
  ]

  @Test(arguments: reasons)
  func `say what failed, why and what to do`(obstacle: PolicyObstacle, reason: String) {
    let error = PolicyError.unreadable(PolicyFile.usualPath, obstacle)
    #expect(error.description == "cannot read the policy /etc/ipvs-timeout.conf: \(reason)")
    #expect((error.description.split(separator: "; ").first?.count ?? .max) <= 160)
  }

  @Test func `escape control characters in a path, and quote it for a shell`() {
    #expect(
      PolicyError.unreadable("/tmp/\u{1B}[2J", .writableByOthers).description
        == #"cannot read the policy /tmp/\u{1B}[2J: it is world-writable, so any user could control what root does;"#
        + #" review it, then run `chmod o-w $'/tmp/\x1b[2J'`"#)
    #expect(
      PolicyError.unreadable("/tmp/x; reboot", .refused(.ioError)).description.contains("`ls -lL '/tmp/x; reboot'`"))
  }

  @Test func `keep the errno separately, for the exit status`() {
    #expect(PolicyError.unreadable("/x", .refused(.permissionDenied)).errno == .permissionDenied)
    #expect(PolicyError.unreadable("/x", .notRegular).errno == nil)
    #expect(PolicyError.mistakes([], more: 0).errno == nil)
  }
}
