// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
  name: "library",
  dependencies: [.package(name: "ipvs-timeout", path: "../..")],
  targets: [
    .executableTarget(name: "raise-udp", dependencies: [.product(name: "IPVS", package: "ipvs-timeout")]),
    .executableTarget(name: "longest-udp", dependencies: [.product(name: "IPVS", package: "ipvs-timeout")]),
    // The program that the tutorial in Sources/IPVS/IPVS.docc ends with.
    .executableTarget(name: "raise-tcp", dependencies: [.product(name: "IPVS", package: "ipvs-timeout")]),
  ]
)
