namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>The tests that share one js-libp2p node.</summary>
[CollectionDefinition(Name)]
public sealed class JsLibp2pCollection : ICollectionFixture<JsPeer>
{
    public const string Name = "js-libp2p";
}
