// SPDX-License-Identifier: Apache-2.0

import Foundation
import IPVS
import Ipvsadm
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Files that are not a program, or not the wanted program.
@Suite struct ProgramFileTests {
  @Test func `is missing`() {
    #expect(throws: IpvsadmError(.missing, .list, program: "/no/such/ipvsadm")) {
      try IpvsadmProgram(at: ["/no/such/ipvsadm"], for: .list)
    }
  }

  @Test func `is missing everywhere`() {
    let command = IpvsadmCommand.set(.kernelDefault)
    #expect(throws: IpvsadmError(.missing, command, program: "/no/such or /dev/null/ipvsadm or /no/other")) {
      try IpvsadmProgram(at: ["/no/such", "/dev/null/ipvsadm", "/no/other"], for: command)
    }
  }

  @Test func `is a symbolic link to nothing`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("ipvsadm")
      try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: "/no/such/ipvsadm")
      #expect(throws: IpvsadmError(.missing, .list, program: path.string)) {
        try IpvsadmProgram(at: [path], for: .list)
      }
    }
  }

  @Test func `is the first that exists`() async throws {
    try await withTemporaryDirectory { directory in
      let first = try await FakeProgram("#!/bin/sh\nexit 1\n", at: directory.appending("first"))
      let second = try await FakeProgram("#!/bin/sh\nexit 1\n", at: directory.appending("second"))
      let expected = try IpvsadmProgram(at: [first.path], for: .list)
      #expect(try IpvsadmProgram(at: ["/no/such", first.path, second.path], for: .list) == expected)
    }
  }

  @Test(arguments: ["/", "/dev/null"])
  func `is not a regular file`(path: String) {
    #expect(throws: IpvsadmError(.notExecutable(.permissionDenied), .list, program: path)) {
      try IpvsadmProgram(at: [FilePath(path)], for: .list)
    }
  }

  @Test func `may not be executed, and the next is not tried`() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("ipvsadm")
      try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: path.string))
      #expect(throws: IpvsadmError(.notExecutable(.permissionDenied), .list, program: path.string)) {
        try IpvsadmProgram(at: [path, "/bin/sh"], for: .list)
      }
    }
  }

  @Test(arguments: ["chmod 757 ipvsadm", "chmod 777 .", "chown 65534 ipvsadm"])
  func `is one that other users can change`(script: String) async throws {
    try await withTemporaryDirectory { directory in
      let fake = try await FakeProgram("#!/bin/sh\n", at: directory.appending("ipvsadm"))
      let record = try await Subprocess.run(
        .path("/bin/sh"), arguments: ["-c", "cd \"$0\" && \(script)", directory.string], output: .discarded)
      try #require(record.terminationStatus == .exited(0))
      let culprit = script.hasSuffix(".") ? directory : fake.path
      #expect(throws: IpvsadmError(.writableByOthers(culprit.string), .list, program: fake.path.string)) {
        try IpvsadmProgram(at: [fake.path], for: .list)
      }
    }
  }

  @Test func `is this program itself, whatever its name`() async throws {
    try await withTemporaryDirectory { directory in
      let this = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      #expect(throws: IpvsadmError(.itself, .list, program: this)) {
        try IpvsadmProgram(at: [FilePath(this)], for: .list)
      }
      let link = directory.appending("ipvsadm")
      try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: this)
      #expect(throws: IpvsadmError(.itself, .list, program: link.string)) { try IpvsadmProgram(at: [link], for: .list) }
    }
  }

  @Test(
    arguments: [
      ("#!/no/such/interpreter\n", .noSuchFileOrDirectory),
      ("This is no program.\n", .execFormatError),
      ("", .execFormatError),
      ("\u{7F}ELF", .execFormatError),
    ] as [(String, Errno)])
  func `cannot be executed`(text: String, errno: Errno) async throws {
    try await withTemporaryDirectory { directory in
      let program = try await FakeProgram(text, at: directory.appending("ipvsadm"))
      let (answer, _) = try await program.answer()
      #expect(answer.mapError(\.cause) == .failure(.notExecutable(errno)))
    }
  }

  @Test func `was removed in the meantime`() async throws {
    try await withTemporaryDirectory { directory in
      let fake = try await FakeProgram("#!/bin/sh\n", at: directory.appending("ipvsadm"))
      let program = try IpvsadmProgram(at: [fake.path], for: .list)
      try FileManager.default.removeItem(atPath: fake.path.string)
      let answer = await onOwnThread { () throws(IpvsadmError) in try program.timeouts() }
      #expect(answer.mapError(\.cause) == .failure(.notExecutable(.noSuchFileOrDirectory)))
    }
  }
}
