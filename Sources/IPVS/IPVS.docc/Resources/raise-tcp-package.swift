// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "raise-tcp",
  dependencies: [.package(path: "../ipvs-timeout")],
  targets: [
    .executableTarget(name: "raise-tcp", dependencies: [.product(name: "IPVS", package: "ipvs-timeout")])
  ]
)
