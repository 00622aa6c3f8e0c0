// SPDX-License-Identifier: Apache-2.0

/// Generates command lines for ipvsadm's two forms, most of them nearly valid.
///
/// The same seed generates the same lines.
struct IpvsadmGenerator {
  private var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(state: seed)
  }

  /// A command line.
  ///
  /// Its first option is nearly always one of the two operations.
  mutating func vector() -> IpvsadmVector {
    let isSet = Bool.random(using: &random)
    var rest =
      isSet
      ? (0..<one(of: [3, 3, 3, 3, 3, 2, 4, 1])).map { _ in [value()] }
      : [["--timeout"]] + (0..<one(of: [0, 0, 0, 1])).map { _ in [value()] }
    for _ in 0..<one(of: [0, 0, 1, 1, 2, 3]) {
      rest.insert(
        isSet && one(of: [true, false]) ? ["--sort"] : noise(), at: .random(in: 0...rest.count, using: &random))
    }
    let operation = isSet ? "--set" : one(of: ["-L", "-l", "--list", "-L", "-Ln", "-LX", "-lnX"])
    // Values may come before the operation, options may not. A name of one of this program's commands is not generated.
    let leading = rest.prefix { isSet && $0.count == 1 && !$0[0].hasPrefix("-") }.count
    rest.insert([operation], at: .random(in: 0...leading, using: &random))
    return IpvsadmVector(rest.flatMap { $0 })
  }

  private mutating func value() -> String {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<11: String(Int.random(in: 0...2_678_400, using: &random))
    case 11: String(Int.random(in: .min ... .max, using: &random))
    case 12: one(of: ["0", "1", "2678400", "2678401", "4294967295", "4294967296", "9223372036854775808"])
    case 13: one(of: ["+", " ", "\n", "\t", "00", " +"]) + String(Int.random(in: 0...9999, using: &random))
    case 14: String(Int.random(in: 0...9999, using: &random)) + one(of: [" ", "s", "m", ".0", "\n", "x", "\u{301}"])
    case 15: one(of: ["", "-", "x", "0x10", "1e3", "default", " ", "٣", "--", "60 30 60"])
    case 16:
      (0..<Int.random(in: 1...6, using: &random)).map { _ in one(of: Array("0129 +-.xe\n").map(String.init)) }.joined()
    default: String(Int.random(in: 0...900, using: &random))
    }
  }

  /// One option, with its argument if it has one.
  private mutating func noise() -> [String] {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<8: one(of: [["-n"], ["--numeric"], ["-X"], ["--exact"], ["--nosort"], ["--sort"], ["--tun-info"]])
    case 8, 9: one(of: [["--syncid", syncID()], ["--syncid=" + syncID()]])
    case 10: one(of: [["-nX"], ["-Xn"], ["-nn"], ["-nc"], ["-nL"], ["-nq"]])
    case 11: ["--"]
    case 12: one(of: [["-c"], ["--stats"], ["--daemon"], ["--rate"], ["-m"], ["-o"], ["--thresholds"], ["--tun-csum"]])
    case 13:
      one(of: [
        ["-s", "rr"], ["-w", "5"], ["-f", "5"], ["--pe", "sip"], ["-t", "192.0.2.1:80"], ["-M", "255.0.0.0"],
      ])
    case 14: one(of: [["-L"], ["--set"], ["-C"], ["--help"], ["-v"], ["--stop-daemon", "master"]])
    case 15: one(of: [["--bogus"], ["-q"], ["-1"], ["--time"], ["--num"], ["-set"], ["---"], ["-\n"]])
    case 16: one(of: [["--numeric=1"], ["--timeout="], ["-n=1"], ["--sort=x"], ["--set=60"], ["-L="]])
    case 17: one(of: [["-p"], ["-p", "60"], ["--persistent=60"]])
    case 18: [one(of: ["-s", "-w", "--syncid", "--tun-port"])]
    default: ["--timeout"]
    }
  }

  private mutating func syncID() -> String {
    one(of: ["0", "5", "255", "256", "-1", "+7", " 8", "x", "", "007"])
  }

  private mutating func one<Choice>(of choices: [Choice]) -> Choice {
    choices[Int.random(in: choices.indices, using: &random)]
  }
}

/// Sebastiano Vigna's SplitMix64: a few lines, and the seed decides everything.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
