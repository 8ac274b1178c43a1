namespace Orleans.Replication.Tests.GrainDirectories;

/// <summary>A grain that is registered in a directory of the group.</summary>
public interface IPreciousGrain : IGrainWithStringKey
{
    /// <summary>Which activation answers, and on which silo.</summary>
    Task<(string Activation, string Silo)> WhoAsync();

    /// <summary>Ends the activation, soon.</summary>
    Task LeaveAsync();
}
