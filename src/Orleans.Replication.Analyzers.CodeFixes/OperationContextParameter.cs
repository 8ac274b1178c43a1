using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Replication.Analyzers;

/// <summary>Finds the <c>OperationContext</c> that code in an operation can use.</summary>
internal static class OperationContextParameter
{
    /// <summary>The name of the method's context parameter; null where there is none. A lambda or local function cannot use it: it is passed by reference.</summary>
    public static string? At(SyntaxNode node)
    {
        var owner = node.Ancestors().FirstOrDefault(ancestor =>
            ancestor is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax or QueryExpressionSyntax);
        return (owner as BaseMethodDeclarationSyntax)?.ParameterList.Parameters
            .FirstOrDefault(parameter => parameter.Type is { } type && type.ToString().Split('.').Last() == "OperationContext")?.Identifier.Text;
    }
}
