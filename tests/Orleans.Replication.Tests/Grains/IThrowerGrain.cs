namespace Orleans.Replication.Tests.Grains;

/// <summary>Throws one of this package's errors at its caller.</summary>
public interface IThrowerGrain : IGrainWithStringKey
{
    ValueTask<Whereabouts> Where();

    ValueTask Throw(string error);
}
