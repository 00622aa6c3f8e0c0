// SPDX-License-Identifier: Apache-2.0

import Ipvsadm
import Testing

@Suite struct IpvsadmRefusalTests {
  @Test(
    arguments: [
      (.invalidValue("1e3"), 2, true, "invalid timeout value `1e3' specified"),
      (.invalidValue(""), 2, true, "invalid timeout value `' specified"),
      (.tooFewValues, 2, true, "--set option requires 3 timeout values"),
      (.unexpectedArgument("90"), 2, true, "unexpected argument 90"),
      (
        .otherOperation("-A"), 2, false,
        #""-A" is an operation of ipvsadm that does not concern the timeouts; use ipvsadm for it"#
      ),
      (
        .misplacedOption("-c"), 2, false,
        #"the option "-c" does not go with --set or -L --timeout; use ipvsadm for other operations"#
      ),
      (
        .unknownOption("--se"), 255, false,
        #"--set and -L --timeout have no option "--se" (options are not abbreviated);"#
          + " run `ipvs-timeout --help`"
      ),
      (
        .unknownOption("-\u{1B}[2J\n"), 255, false,
        #"--set and -L --timeout have no option "-\u{1B}[2J\n" (options are not abbreviated);"#
          + " run `ipvs-timeout --help`"
      ),
    ] as [(IpvsadmRefusal, Int32, Bool, String)])
  func `has ipvsadm's status, and its message if ipvsadm has one`(
    refusal: IpvsadmRefusal, status: Int32, isIpvsadmsOwn: Bool, message: String
  ) {
    #expect(refusal.status == status)
    #expect(refusal.isIpvsadmsOwn == isIpvsadmsOwn)
    #expect(refusal.description == message)
  }
}
