using System.Text.Json;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>Test vectors made by others; each file names its origin.</summary>
internal static class VectorFile
{
    /// <summary>Computed by js-libp2p 3.3.11 from the Ed25519 key of the libp2p specs (peer-ids.md).</summary>
    internal static JsonElement JsLibp2p { get; } = Read("js-libp2p.json");

    /// <summary>From cacophony (haskell-cryptography), as kept in Metalnem/noise.</summary>
    internal static JsonElement Cacophony { get; } = Read("noise-xx-cacophony.json").GetProperty("vectors")[0];

    /// <summary>The certificates of the libp2p specs, tls/tls.md: three that prove an id, and one that does not.</summary>
    internal static JsonElement Certificates { get; } = Read("libp2p-specs-tls.json").GetProperty("vectors");

    internal static byte[] Hex(this JsonElement element, string property) => Convert.FromHexString(element.GetProperty(property).GetString()!);

    internal static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    private static JsonElement Read(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", name))).RootElement;
}
