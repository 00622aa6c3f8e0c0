// SPDX-License-Identifier: Apache-2.0

import Ipvsadm
import Testing

/// The command lines that are treated as ipvsadm's.
@Suite struct IpvsadmLanguageTests {
  @Test(arguments: [
    ["-L", "--timeout"],
    ["-l"],
    ["-Ln", "--timeout"],
    ["-nL"],
    ["--list"],
    ["--timeout"],
    ["--set", "60", "30", "60"],
    ["60", "--set", "30", "60"],
    ["60", "30", "60", "--set"],
    ["--set=60", "30", "60"],
    ["--set", "--help"],
    ["--set", "--bogus"],
    // Abbreviations of the two operations, which ipvsadm refuses.
    ["--se", "60", "30", "60"],
    ["--s"],
    ["--lis", "--timeout"],
    // Other operations and their options.
    ["-A", "-t", "192.0.2.1:80", "-s", "rr"],
    ["-C"],
    ["--clear"],
    ["-Lh"],
    ["-v"],
    ["-t", "192.0.2.1:80"],
    ["--bogus", "--timeout"],
    ["-q", "-L"],
    // The help of ipvsadm, after an option of ipvsadm.
    ["-L", "--help"],
    ["-L", "-h"],
  ])
  func `a line with an option of ipvsadm`(arguments: [String]) {
    #expect(IpvsadmGrammar.isSpoken(in: arguments))
  }

  @Test(arguments: [
    [],
    ["60", "30", "60"],
    ["show"],
    ["--format", "json"],
    ["--backend=ipvsadm"],
    ["--quiet"],
    ["--bogus"],
    ["--"],
    ["--", "-L", "--timeout"],
    ["show", "--", "--set"],
    ["-"],
    [""],
    ["-1"],
    ["-q"],
    ["--=x"],
    ["--settle"],
    ["--Set"],
    // A request for the help or the version is for this program.
    ["-h"],
    ["--help"],
    ["--version"],
    ["--help", "-L"],
    ["-h", "--set"],
    ["--version", "-L", "--timeout"],
  ])
  func `no line without one`(arguments: [String]) {
    #expect(!IpvsadmGrammar.isSpoken(in: arguments))
  }
}
