namespace Orleans.Replication.Tests.Silos;

/// <summary>A real silo with a group of one, shared by the tests of a class.</summary>
public sealed class OneSilo : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestSilo? _silo;

    internal TestSilo Silo => _silo!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _silo = await TestSilo.StartOneAsync(_folder.Sub("silo"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        _folder.Dispose();
    }
}
