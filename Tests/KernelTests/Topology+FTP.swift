// SPDX-License-Identifier: Apache-2.0

import Testing

extension Topology {
  /// A client's request, and the answer of a server that expects the next connection on port 40010.
  static let passiveFTP: [(Family, String, String)] = [
    (.ipv4, "PASV\r\n", "227 Entering Passive Mode (198,51,100,2,156,74).\r\n"),
    (.ipv6, "EPSV\r\n", "229 Entering Extended Passive Mode (|||40010|)\r\n"),
  ]

  /// Makes it while the module ip_vs_ftp is loaded, and removes both afterwards, whatever happens.
  static func withFTP(_ family: Family, _ body: @Sendable () async throws -> Void) async throws {
    try await Guest.output(["modprobe", "ip_vs_ftp"])
    let result: Result<Void, any Error>
    do { result = .success(try await with(rules: family.rules, body)) } catch { result = .failure(error) }
    try await Guest.output(["rmmod", "ip_vs_ftp"])
    try result.get()
  }
}
