// SPDX-License-Identifier: Apache-2.0

import Foundation
import SystemPackage
import TestSupport
import Testing

/// The program under ipvsadm's name.
@Suite struct CalledAsIpvsadmTests {
  @Test(
    arguments: [
      (["--set"], 2, "--set option requires 3 timeout values\n"),
      (["--set", "1e3", "30", "60"], 2, "invalid timeout value `1e3' specified\n"),
      (["-L", "--timeout", "60"], 2, "unexpected argument 60\n"),
      (
        ["-A", "-t", "192.0.2.1:80"], 2,
        #"ipvs-timeout: "-A" is an operation of ipvsadm that does not concern the timeouts; use ipvsadm for it"# + "\n"
      ),
      (
        ["-Ln"], 2,
        #"ipvs-timeout: -L alone lists services; use ipvsadm for that, or -L --timeout for the timeouts"# + "\n"
      ),
      (
        ["--set", "-1", "0", "0"], 255,
        #"ipvs-timeout: --set and -L --timeout have no option "-1" (options are not abbreviated);"#
          + " run `ipvs-timeout --help`\n"
      ),
      (["bogus"], 64, "ipvs-timeout: there is no command \"bogus\"; run `ipvs-timeout help` for the commands\n"),
    ] as [([String], Int32, String)])
  func `refuses the same command lines`(arguments: [String], status: Int32, errors: String) async throws {
    let expected = BuiltProgram.Ending(status: status, errors: errors)
    #expect(try await BuiltProgram.run(nil, arguments) == expected)
    try await withLink { link in
      let ending = try await BuiltProgram.run(link, arguments)
      #expect(ending == expected)
    }
  }

  @Test(arguments: ["POSIXLY_CORRECT", "POSIX_ME_HARDER"])
  func `accepts no option where ipvsadm accepts none`(variable: String) async throws {
    let ending = try await BuiltProgram.run(script: "\(variable)=1 exec \"$0\" --set 60 30 60 --sort")
    #expect(ending == .init(status: 2, errors: "unexpected argument --sort\n"))
  }

  @Test func `does not run itself as ipvsadm`() async throws {
    try await withLink { link in
      let ending = try await BuiltProgram.run(link, ["--backend", "ipvsadm", "--ipvsadm", link.string])
      #expect(
        ending
          == .init(
            status: 69,
            errors: "ipvs-timeout: cannot read the timeouts in this network namespace with the program \(link):"
              + " it is ipvs-timeout itself under that name; name the real ipvsadm with --ipvsadm\n"))
    }
  }

  private func withLink(_ body: (FilePath) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let link = directory.appending("ipvsadm")
      try FileManager.default.createSymbolicLink(
        atPath: link.string, withDestinationPath: BuiltProgram.path.string)
      try await body(link)
    }
  }
}
