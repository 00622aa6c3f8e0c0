// SPDX-License-Identifier: Apache-2.0

import Ipvsadm
import Testing

/// Command lines that ipvsadm 1.31 refuses, or that are not about timeouts.
@Suite struct IpvsadmGrammarRefusalTests {
  @Test(arguments: [
    "60 ", "60\n", "6 0", "60s", "1m", "1e3", "0x10", "1.5", "", " ", "+", "++5", "+-5", "default", "٦٠", "5\0",
    "2678401", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
    "99999999999999999999999999",
  ])
  func `a value that is not a number, or too large`(value: String) {
    #expect(throws: IpvsadmRefusal.invalidValue(value)) { try IpvsadmGrammar.parse(["--set", value, "30", "60"]) }
    #expect(throws: IpvsadmRefusal.invalidValue(value)) { try IpvsadmGrammar.parse(["--set", "60", value, "60"]) }
    #expect(throws: IpvsadmRefusal.invalidValue(value)) { try IpvsadmGrammar.parse(["--set", "60", "30", value]) }
  }

  @Test(
    arguments: [
      (["--set", "--", "-1", "30", "60"], .invalidValue("-1")),
      (["--set", "60", "--", "-", "60"], .invalidValue("-")),
      (["--set", "60", "-", "60"], .invalidValue("-")),
      // The first wrong one is named.
      (["--set", "x", "y", "z"], .invalidValue("x")),
      (["--set", "60", "y", "z"], .invalidValue("y")),
      (["--set", "60", "y", "60", "90"], .invalidValue("y")),
      (["--set"], .tooFewValues),
      (["--set", "60"], .tooFewValues),
      (["--set", "60", "30"], .tooFewValues),
      (["--set", "x"], .tooFewValues),
      (["--set", "--"], .tooFewValues),
      (["--set", "60", "30", "60", "90"], .unexpectedArgument("90")),
      (["--set", "60", "30", "60", "90", "120"], .unexpectedArgument("90")),
      (["--set", "60", "30", "60", ""], .unexpectedArgument("")),
      (["--set", "60", "30", "60", "--", "-n"], .unexpectedArgument("-n")),
      (["-L", "--timeout", "60"], .unexpectedArgument("60")),
      (["60", "-L", "--timeout"], .unexpectedArgument("60")),
      (["-L", "--timeout", "-"], .unexpectedArgument("-")),
      (["-L", "--timeout", "--", "--"], .unexpectedArgument("--")),
    ] as [([String], IpvsadmRefusal)])
  func `values that are wrong, too few or too many`(arguments: [String], refusal: IpvsadmRefusal) {
    #expect(throws: refusal) { try IpvsadmGrammar.parse(arguments) }
  }

  @Test(
    arguments: [
      // A list of services.
      (["-L"], .listWithoutTimeout),
      (["-l"], .listWithoutTimeout),
      (["-Ln"], .listWithoutTimeout),
      (["--list", "--numeric"], .listWithoutTimeout),
      // Other operations.
      (["-A", "-t", "192.0.2.1:80"], .otherOperation("-A")),
      (["-C"], .otherOperation("-C")),
      (["-C", "--set", "60", "30", "60"], .otherOperation("-C")),
      (["--clear"], .otherOperation("--clear")),
      (["-R"], .otherOperation("-R")),
      (["--save", "-n"], .otherOperation("--save")),
      (["--start-daemon", "master"], .otherOperation("--start-daemon")),
      (["-ZL"], .otherOperation("-ZL")),
      (["-v"], .otherOperation("-v")),
    ] as [([String], IpvsadmRefusal)])
  func `operations that are not about timeouts`(arguments: [String], refusal: IpvsadmRefusal) {
    #expect(throws: refusal) { try IpvsadmGrammar.parse(arguments) }
  }

  @Test(
    arguments: [
      // A second operation.
      (["-L", "--timeout", "--set"], .misplacedOption("--set")),
      (["--set", "60", "30", "60", "-L"], .misplacedOption("-L")),
      (["-LL", "--timeout"], .misplacedOption("-LL")),
      (["-LC", "--timeout"], .misplacedOption("-LC")),
      (["--set", "60", "30", "60", "--set"], .misplacedOption("--set")),
      // Twice.
      (["-L", "--timeout", "--timeout"], .repeatedOption("--timeout")),
      (["-Lnn", "--timeout"], .repeatedOption("-Lnn")),
      (["-L", "-n", "--numeric", "--timeout"], .repeatedOption("--numeric")),
      (["-L", "--timeout", "--syncid", "1", "--syncid", "1"], .repeatedOption("--syncid")),
      // Not with --set.
      (["--set", "60", "30", "60", "--timeout"], .misplacedOption("--timeout")),
      (["--set", "60", "30", "60", "-n"], .misplacedOption("-n")),
      (["--set", "60", "30", "60", "--syncid", "1"], .misplacedOption("--syncid")),
      (["--set", "60", "30", "60", "-w", "1"], .misplacedOption("-w")),
      // Not a number from 0 to 255.
      (["-L", "--timeout", "--syncid", "256"], .invalidSyncID("256")),
      (["-L", "--timeout", "--syncid", "-1"], .invalidSyncID("-1")),
      (["-L", "--timeout", "--syncid", "x"], .invalidSyncID("x")),
      (["-L", "--timeout", "--syncid="], .invalidSyncID("")),
      (["-L", "--syncid", "--timeout"], .invalidSyncID("--timeout")),
      // Options of other operations, with their arguments.
      (["-L", "--timeout", "-c"], .misplacedOption("-c")),
      (["-L", "--stats", "--timeout"], .misplacedOption("--stats")),
      (["-Lc", "--timeout"], .misplacedOption("-Lc")),
      (["-L", "--timeout", "-t", "192.0.2.1:80"], .misplacedOption("-t")),
      (["-L", "--timeout", "-t192.0.2.1:80"], .misplacedOption("-t192.0.2.1:80")),
      (["-L", "--timeout", "--weight=1"], .misplacedOption("--weight=1")),
      (["-L", "-s", "--timeout", "--timeout"], .misplacedOption("-s")),
      (["-L", "--timeout", "-p"], .misplacedOption("-p")),
      (["-L", "--timeout", "-p", "300"], .misplacedOption("-p")),
      (["-L", "--timeout", "--persistent", "300"], .misplacedOption("--persistent")),
      (["-L", "-p", "--timeout"], .misplacedOption("-p")),
      // The first misplaced one is named.
      (["-L", "-c", "-i", "--timeout"], .misplacedOption("-c")),
    ] as [([String], IpvsadmRefusal)])
  func `options that do not belong to the operation, or are repeated`(arguments: [String], refusal: IpvsadmRefusal) {
    #expect(throws: refusal) { try IpvsadmGrammar.parse(arguments) }
  }

  @Test(
    arguments: [
      // Unknown to ipvsadm, or abbreviated.
      (["-L", "--timeout", "--bogus"], .unknownOption("--bogus")),
      (["-L", "--timeout", "-q"], .unknownOption("-q")),
      (["-Lq", "--timeout"], .unknownOption("-Lq")),
      (["-L", "--time"], .unknownOption("--time")),
      (["--se", "60", "30", "60"], .unknownOption("--se")),
      (["--lis", "--timeout"], .unknownOption("--lis")),
      (["-L", "--num", "--timeout"], .unknownOption("--num")),
      (["--List", "--timeout"], .unknownOption("--List")),
      (["-set", "60", "30", "60"], .optionBeforeOperation("-set")),
      (["-é"], .unknownOption("-é")),
      // Negative numbers.
      (["--set", "-1", "0", "0"], .unknownOption("-1")),
      (["--set", "60", "30", "-30"], .unknownOption("-30")),
      // No operation first.
      (["--timeout", "-L"], .optionBeforeOperation("--timeout")),
      (["-n", "-L", "--timeout"], .optionBeforeOperation("-n")),
      (["-nL", "--timeout"], .optionBeforeOperation("-nL")),
      (["-p"], .optionBeforeOperation("-p")),
      (["--sort", "-L", "--timeout"], .optionBeforeOperation("--sort")),
      // An argument for an option without one.
      (["-L", "--timeout=5"], .unknownOption("--timeout=5")),
      (["-L", "--timeout="], .unknownOption("--timeout=")),
      (["--list=x", "--timeout"], .unknownOption("--list=x")),
      (["--set=60", "30", "60"], .unknownOption("--set=60")),
      (["-L=x", "--timeout"], .unknownOption("-L=x")),
      (["-L", "--timeout", "--ops=1"], .unknownOption("--ops=1")),
      // A missing argument.
      (["-L", "--timeout", "--syncid"], .unknownOption("--syncid")),
      (["-L", "--timeout", "-t"], .unknownOption("-t")),
      (["-L", "--timeout", "--weight"], .unknownOption("--weight")),
      (["-Lt"], .unknownOption("-Lt")),
    ] as [([String], IpvsadmRefusal)])
  func `unknown options, and options with an argument too many or too few`(
    arguments: [String], refusal: IpvsadmRefusal
  ) {
    #expect(throws: refusal) { try IpvsadmGrammar.parse(arguments) }
  }

  @Test(
    arguments: [
      (["--set", "60", "30", "60", "--sort"], .unexpectedArgument("--sort")),
      (["--set", "60", "--sort", "30", "60"], .invalidValue("--sort")),
      (["-L", "x", "--timeout"], .unexpectedArgument("x")),
      (["60", "--set", "30", "60"], .optionBeforeOperation("60")),
    ] as [([String], IpvsadmRefusal)])
  func `options after a value, if popt follows POSIX`(
    arguments: [String], refusal: IpvsadmRefusal
  ) {
    #expect(throws: refusal) { try IpvsadmGrammar.parse(arguments, isPosix: true) }
  }
}
