using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Actors.House.Tests.Architecture;

/// <summary>What a compiled assembly refers to, read from its metadata without loading it.</summary>
/// <param name="Name">Simple name of the assembly.</param>
/// <param name="References">Simple names of the assemblies it refers to.</param>
/// <param name="Types">Full names of the types of others that it refers to; nested ones as <c>Outer/Inner</c>.</param>
/// <param name="Members">Members of others that it refers to, as <c>Namespace.Type::Member</c>.</param>
internal sealed record Assembly(
    string Name, ImmutableArray<string> References, ImmutableArray<string> Types, ImmutableArray<string> Members)
{
    /// <summary>Reads an assembly that lies beside the tests.</summary>
    public static Assembly Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return new(
            name,
            [.. metadata.AssemblyReferences.Select(used => AssemblyName(metadata, used))],
            [.. metadata.TypeReferences.Select(handle => TypeName(metadata, handle))],
            [.. metadata.MemberReferences.Select(handle => MemberName(metadata, metadata.GetMemberReference(handle)))]);
    }

    private static string AssemblyName(MetadataReader metadata, AssemblyReferenceHandle handle) =>
        metadata.GetString(metadata.GetAssemblyReference(handle).Name);

    private static string TypeName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return TypeName(metadata, (TypeReferenceHandle)type.ResolutionScope) + "/" + name;
        return type.Namespace.IsNil ? name : metadata.GetString(type.Namespace) + "." + name;
    }

    private static string MemberName(MetadataReader metadata, MemberReference member) =>
        ParentName(metadata, member.Parent) + "::" + metadata.GetString(member.Name);

    private static string ParentName(MetadataReader metadata, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => TypeName(metadata, (TypeReferenceHandle)parent),
        HandleKind.TypeSpecification => GenericName(metadata, (TypeSpecificationHandle)parent),
        _ => "",
    };

    /// <summary>
    /// The type behind an instantiated generic, such as the list in a list of texts; "" for arrays and the like.
    /// </summary>
    private static string GenericName(MetadataReader metadata, TypeSpecificationHandle handle)
    {
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return "";
        signature.ReadByte(); // class or value type: the name is the same
        var type = signature.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? TypeName(metadata, (TypeReferenceHandle)type) : "";
    }
}
