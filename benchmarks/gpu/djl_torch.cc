// The native methods of DJL's PyTorchLibrary that a Crocodile step uses, over whatever libtorch they are compiled against.
//
// DJL's own library is compiled for one version of libtorch (2.7.1) and fails with later ones, whose tensors are laid out
// otherwise. A machine that can install nothing has the libtorch of its Python; run.py compiles this file there. Measurements
// only: the jobs use DJL's own library. A method that is not here throws UnsatisfiedLinkError when it is called.

#include <jni.h>

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIndexing.h>
#include <c10/core/GradMode.h>

#include <optional>
#include <vector>

namespace {

using Indices = std::vector<at::indexing::TensorIndex>;

// DJL's DataType, by ordinal; 8 and 9 have no counterpart here.
const std::vector<at::ScalarType> kTypes = {at::kFloat, at::kDouble, at::kHalf, at::kByte, at::kInt, at::kChar, at::kLong,
    at::kBool, at::kComplexFloat, at::kFloat, at::kFloat, at::kBFloat16};

at::Tensor& tensor(jlong handle) { return *reinterpret_cast<at::Tensor*>(handle); }

jlong handle(at::Tensor result) { return reinterpret_cast<jlong>(new at::Tensor(std::move(result))); }

std::vector<int64_t> longs(JNIEnv* env, jlongArray array) {
  std::vector<int64_t> values(env->GetArrayLength(array));
  env->GetLongArrayRegion(array, 0, values.size(), reinterpret_cast<jlong*>(values.data()));
  return values;
}

at::Device device(JNIEnv* env, jintArray array) {
  jint values[2];
  env->GetIntArrayRegion(array, 0, 2, values);
  auto type = static_cast<c10::DeviceType>(values[0]);
  return type == at::kCPU ? at::Device(at::kCPU) : at::Device(type, static_cast<c10::DeviceIndex>(values[1]));
}

at::TensorOptions options(JNIEnv* env, jint type, jintArray where) {
  return at::TensorOptions().dtype(kTypes.at(type)).device(device(env, where));
}

// Runs it; what it throws becomes a Java exception.
template <typename F>
auto guarded(JNIEnv* env, F body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& e) {
    env->ThrowNew(env->FindClass("ai/djl/engine/EngineException"), e.what());
  }
  return decltype(body())();
}

jlongArray handles(JNIEnv* env, const std::vector<at::Tensor>& tensors) {
  std::vector<jlong> values;
  for (const auto& each : tensors) values.push_back(handle(each));
  jlongArray array = env->NewLongArray(values.size());
  env->SetLongArrayRegion(array, 0, values.size(), values.data());
  return array;
}

template <at::Tensor (*F)(const at::Tensor&)>
jlong unary(JNIEnv* env, jobject, jlong self) {
  return guarded(env, [&] { return handle(F(tensor(self))); });
}

template <at::Tensor (*F)(const at::Tensor&, const at::Tensor&)>
jlong binary(JNIEnv* env, jobject, jlong self, jlong other) {
  return guarded(env, [&] { return handle(F(tensor(self), tensor(other))); });
}

at::Tensor add(const at::Tensor& a, const at::Tensor& b) { return a.add(b); }
at::Tensor sub(const at::Tensor& a, const at::Tensor& b) { return a.sub(b); }
at::Tensor mul(const at::Tensor& a, const at::Tensor& b) { return a.mul(b); }
at::Tensor div(const at::Tensor& a, const at::Tensor& b) { return a.div(b); }
at::Tensor matmul(const at::Tensor& a, const at::Tensor& b) { return a.matmul(b); }
at::Tensor bmm(const at::Tensor& a, const at::Tensor& b) { return a.bmm(b); }
at::Tensor dot(const at::Tensor& a, const at::Tensor& b) { return a.dot(b); }
at::Tensor relu(const at::Tensor& a) { return a.relu(); }
at::Tensor sqrt(const at::Tensor& a) { return a.sqrt(); }
at::Tensor square(const at::Tensor& a) { return a.square(); }
at::Tensor clone(const at::Tensor& a) { return a.clone(); }
at::Tensor detach(const at::Tensor& a) { return a.detach(); }
at::Tensor contiguous(const at::Tensor& a) { return a.contiguous(); }
at::Tensor sum(const at::Tensor& a) { return a.sum(); }
at::Tensor mean(const at::Tensor& a) { return a.mean(); }

void addi(JNIEnv* env, jobject, jlong self, jlong other) {
  guarded(env, [&] { tensor(self).add_(tensor(other)); });
}

void subi(JNIEnv* env, jobject, jlong self, jlong other) {
  guarded(env, [&] { tensor(self).sub_(tensor(other)); });
}

void signi(JNIEnv* env, jobject, jlong self) {
  guarded(env, [&] { tensor(self).sign_(); });
}

jlong sumOver(JNIEnv* env, jobject, jlong self, jlongArray dims, jboolean keep) {
  return guarded(env, [&] { return handle(tensor(self).sum(longs(env, dims), keep)); });
}

jlong meanOver(JNIEnv* env, jobject, jlong self, jlong dim, jboolean keep) {
  return guarded(env, [&] { return handle(tensor(self).mean(dim, keep)); });
}

jlong softmax(JNIEnv* env, jobject, jlong self, jlong dim, jint type) {
  return guarded(env, [&] { return handle(tensor(self).softmax(dim, kTypes.at(type))); });
}

jlong reshape(JNIEnv* env, jobject, jlong self, jlongArray shape) {
  return guarded(env, [&] { return handle(tensor(self).reshape(longs(env, shape))); });
}

jlong permute(JNIEnv* env, jobject, jlong self, jlongArray dims) {
  return guarded(env, [&] { return handle(tensor(self).permute(longs(env, dims))); });
}

jlong diagonal(JNIEnv* env, jobject, jlong self, jlong offset, jlong first, jlong second) {
  return guarded(env, [&] { return handle(tensor(self).diagonal(offset, first, second)); });
}

jlongArray splitEvenly(JNIEnv* env, jobject, jlong self, jlong size, jlong dim) {
  return guarded(env, [&] { return handles(env, tensor(self).split(size, dim)); });
}

jlongArray split(JNIEnv* env, jobject, jlong self, jlongArray sizes, jlong dim) {
  return guarded(env, [&] { return handles(env, tensor(self).split_with_sizes(longs(env, sizes), dim)); });
}

jlong convolution(JNIEnv* env, jobject, jlong self, jlong weight, jlong bias, jlongArray stride, jlongArray padding,
    jlongArray dilation, jint groups) {
  return guarded(env, [&] {
    return handle(at::convolution(tensor(self), tensor(weight), bias == 0 ? at::Tensor() : tensor(bias), longs(env, stride),
        longs(env, padding), longs(env, dilation), false, {0, 0}, groups));
  });
}

jlong expand(JNIEnv* env, jobject, jlong self, jlongArray shape) {
  return guarded(env, [&] { return handle(tensor(self).expand(longs(env, shape))); });
}

jlong unsqueeze(JNIEnv* env, jobject, jlong self, jlong dim) {
  return guarded(env, [&] { return handle(tensor(self).unsqueeze(dim)); });
}

jlong cat(JNIEnv* env, jobject, jlongArray parts, jlong dim) {
  return guarded(env, [&] {
    std::vector<at::Tensor> tensors;
    for (int64_t part : longs(env, parts)) tensors.push_back(tensor(part));
    return handle(at::cat(tensors, dim));
  });
}

jlong stack(JNIEnv* env, jobject, jlongArray parts, jlong dim) {
  return guarded(env, [&] {
    std::vector<at::Tensor> tensors;
    for (int64_t part : longs(env, parts)) tensors.push_back(tensor(part));
    return handle(at::stack(tensors, dim));
  });
}

jlong slices(JNIEnv* env, jobject, jlong self, jlongArray from, jlongArray to, jlongArray step) {
  return guarded(env, [&] {
    auto starts = longs(env, from), ends = longs(env, to), steps = longs(env, step);
    Indices indices;
    for (size_t i = 0; i < starts.size(); i++) indices.emplace_back(at::indexing::Slice(starts[i], ends[i], steps[i]));
    return handle(tensor(self).index(indices));
  });
}

jlong indexInit(JNIEnv*, jobject, jint size) {
  auto* indices = new Indices();
  indices->reserve(size);
  return reinterpret_cast<jlong>(indices);
}

void indexFixed(JNIEnv*, jobject, jlong indices, jlong at) { reinterpret_cast<Indices*>(indices)->emplace_back(at); }

void indexArray(JNIEnv*, jobject, jlong indices, jlong at) { reinterpret_cast<Indices*>(indices)->emplace_back(tensor(at)); }

void indexPut(JNIEnv* env, jobject, jlong self, jlong indices, jlong values) {
  guarded(env, [&] { tensor(self).index_put_(*reinterpret_cast<Indices*>(indices), tensor(values)); });
}

jlong embedding(JNIEnv* env, jobject, jlong indices, jlong weight, jboolean sparse) {
  return guarded(env, [&] { return handle(at::embedding(tensor(weight), tensor(indices), -1, false, sparse)); });
}

jlong indexGet(JNIEnv* env, jobject, jlong self, jlong indices) {
  return guarded(env, [&] { return handle(tensor(self).index(*reinterpret_cast<Indices*>(indices))); });
}

void indexDelete(JNIEnv*, jobject, jlong indices) { delete reinterpret_cast<Indices*>(indices); }

jlong fromBlob(JNIEnv* env, jobject, jobject buffer, jlongArray shape, jint type, jint, jintArray where, jboolean) {
  return guarded(env, [&] {
    auto there = device(env, where);
    auto view = at::from_blob(env->GetDirectBufferAddress(buffer), longs(env, shape), kTypes.at(type));
    return handle(there.is_cpu() ? view : view.to(there));
  });
}

jlong full(JNIEnv* env, jobject, jlongArray shape, jdouble value, jint type, jint, jintArray where, jboolean) {
  return guarded(env, [&] { return handle(at::full(longs(env, shape), value, options(env, type, where))); });
}

jlong zeros(JNIEnv* env, jobject, jlongArray shape, jint type, jint, jintArray where, jboolean) {
  return guarded(env, [&] { return handle(at::zeros(longs(env, shape), options(env, type, where))); });
}

jlong ones(JNIEnv* env, jobject, jlongArray shape, jint type, jint, jintArray where, jboolean) {
  return guarded(env, [&] { return handle(at::ones(longs(env, shape), options(env, type, where))); });
}

jlong normal(
    JNIEnv* env, jobject, jdouble mean, jdouble deviation, jlongArray shape, jint type, jint, jintArray where, jboolean) {
  return guarded(
      env, [&] { return handle(at::randn(longs(env, shape), options(env, type, where)).mul_(deviation).add_(mean)); });
}

jlong to(JNIEnv* env, jobject, jlong self, jint type, jintArray where) {
  return guarded(env, [&] { return handle(tensor(self).to(device(env, where), kTypes.at(type))); });
}

jlongArray sizes(JNIEnv* env, jobject, jlong self) {
  auto shape = tensor(self).sizes();
  jlongArray array = env->NewLongArray(shape.size());
  env->SetLongArrayRegion(array, 0, shape.size(), reinterpret_cast<const jlong*>(shape.data()));
  return array;
}

jint dtype(JNIEnv*, jobject, jlong self) {
  auto type = tensor(self).scalar_type();
  for (size_t i = 0; i < kTypes.size(); i++)
    if (kTypes[i] == type) return i;
  return 9;
}

jintArray deviceOf(JNIEnv* env, jobject, jlong self) {
  auto where = tensor(self).device();
  jint values[] = {static_cast<jint>(where.type()), where.index()};
  jintArray array = env->NewIntArray(2);
  env->SetIntArrayRegion(array, 0, 2, values);
  return array;
}

jint layout(JNIEnv*, jobject, jlong) { return 0; }

jboolean isContiguous(JNIEnv*, jobject, jlong self) { return tensor(self).is_contiguous(); }

jobject byteBuffer(JNIEnv* env, jobject, jlong self) {
  return env->NewDirectByteBuffer(tensor(self).data_ptr(), tensor(self).nbytes());
}

void deleteTensor(JNIEnv*, jobject, jlong self) { delete &tensor(self); }

void attachGrad(JNIEnv* env, jobject, jlong self, jboolean required) {
  guarded(env, [&] { tensor(self).requires_grad_(required); });
}

jboolean requiresGrad(JNIEnv*, jobject, jlong self) { return tensor(self).requires_grad(); }

jlong grad(JNIEnv* env, jobject, jlong self) {
  return guarded(env, [&] { return tensor(self).grad().defined() ? handle(tensor(self).grad()) : jlong(0); });
}

void backward(JNIEnv* env, jobject, jlong self, jlong gradient, jboolean keep, jboolean create) {
  guarded(env, [&] { tensor(self).backward(tensor(gradient), std::optional<bool>(keep), create); });
}

void adamUpdate(JNIEnv* env, jobject, jlong weight, jlong gradient, jlong mean, jlong variance, jfloat, jfloat rate,
    jfloat decay, jfloat rescale, jfloat, jfloat beta1, jfloat beta2, jfloat epsilon, jboolean) {
  guarded(env, [&] {
    c10::AutoGradMode unrecorded(false);
    auto g = tensor(gradient).mul(rescale);
    if (decay != 0) g.add_(tensor(weight), decay);
    tensor(mean).mul_(beta1).add_(g, 1 - beta1);
    tensor(variance).mul_(beta2).addcmul_(g, g, 1 - beta2);
    tensor(weight).addcdiv_(tensor(mean), tensor(variance).sqrt().add_(epsilon), -rate);
  });
}

void setGradMode(JNIEnv*, jobject, jboolean enable) { c10::GradMode::set_enabled(enable); }
jboolean isGradMode(JNIEnv*, jobject) { return c10::GradMode::is_enabled(); }
jint interopThreads(JNIEnv*, jobject) { return at::get_num_interop_threads(); }
jint threads(JNIEnv*, jobject) { return at::get_num_threads(); }
void setThreads(JNIEnv*, jobject, jint count) { at::set_num_threads(count); }

void showConfig(JNIEnv* env, jobject, jobject set) {
  if (at::hasCUDA()) {
    auto method = env->GetMethodID(env->GetObjectClass(set), "add", "(Ljava/lang/Object;)Z");
    env->CallBooleanMethod(set, method, env->NewStringUTF("CUDA"));
  }
}

#define METHOD(name, signature, function) \
  { const_cast<char*>(name), const_cast<char*>(signature), reinterpret_cast<void*>(function) }

const JNINativeMethod kMethods[] = {
    METHOD("torchAdd", "(JJ)J", binary<add>),
    METHOD("torchAddi", "(JJ)V", addi),
    METHOD("torchSub", "(JJ)J", binary<sub>),
    METHOD("torchSubi", "(JJ)V", subi),
    METHOD("torchMul", "(JJ)J", binary<mul>),
    METHOD("torchTrueDivide", "(JJ)J", binary<div>),
    METHOD("torchMatmul", "(JJ)J", binary<matmul>),
    METHOD("torchBmm", "(JJ)J", binary<bmm>),
    METHOD("torchDot", "(JJ)J", binary<dot>),
    METHOD("torchNNRelu", "(J)J", unary<relu>),
    METHOD("torchSqrt", "(J)J", unary<sqrt>),
    METHOD("torchSquare", "(J)J", unary<square>),
    METHOD("tensorClone", "(J)J", unary<clone>),
    METHOD("torchDetachGrad", "(J)J", unary<detach>),
    METHOD("torchToContiguous", "(J)J", unary<contiguous>),
    METHOD("torchSum", "(J)J", unary<sum>),
    METHOD("torchSum", "(J[JZ)J", sumOver),
    METHOD("torchMean", "(J)J", unary<mean>),
    METHOD("torchMean", "(JJZ)J", meanOver),
    METHOD("torchSigni", "(J)V", signi),
    METHOD("torchSoftmax", "(JJI)J", softmax),
    METHOD("torchReshape", "(J[J)J", reshape),
    METHOD("torchPermute", "(J[J)J", permute),
    METHOD("torchDiagonal", "(JJJJ)J", diagonal),
    METHOD("torchSplit", "(JJJ)[J", splitEvenly),
    METHOD("torchSplit", "(J[JJ)[J", split),
    METHOD("torchCat", "([JJ)J", cat),
    METHOD("torchStack", "([JJ)J", stack),
    METHOD("torchUnsqueeze", "(JJ)J", unsqueeze),
    METHOD("torchExpand", "(J[J)J", expand),
    METHOD("torchNNConvNd", "(JJJ[J[J[JI)J", convolution),
    METHOD("torchIndex", "(J[J[J[J)J", slices),
    METHOD("torchIndexInit", "(I)J", indexInit),
    METHOD("torchIndexAppendFixed", "(JJ)V", indexFixed),
    METHOD("torchIndexAppendArray", "(JJ)V", indexArray),
    METHOD("torchIndexAdvPut", "(JJJ)V", indexPut),
    METHOD("torchNNEmbedding", "(JJZ)J", embedding),
    METHOD("torchIndexAdvGet", "(JJ)J", indexGet),
    METHOD("torchDeleteIndex", "(J)V", indexDelete),
    METHOD("torchFromBlob", "(Ljava/nio/ByteBuffer;[JII[IZ)J", fromBlob),
    METHOD("torchFull", "([JDII[IZ)J", full),
    METHOD("torchZeros", "([JII[IZ)J", zeros),
    METHOD("torchOnes", "([JII[IZ)J", ones),
    METHOD("torchNormal", "(DD[JII[IZ)J", normal),
    METHOD("torchTo", "(JI[I)J", to),
    METHOD("torchSizes", "(J)[J", sizes),
    METHOD("torchDType", "(J)I", dtype),
    METHOD("torchDevice", "(J)[I", deviceOf),
    METHOD("torchLayout", "(J)I", layout),
    METHOD("torchIsContiguous", "(J)Z", isContiguous),
    METHOD("torchDirectByteBuffer", "(J)Ljava/nio/ByteBuffer;", byteBuffer),
    METHOD("torchDeleteTensor", "(J)V", deleteTensor),
    METHOD("torchAttachGrad", "(JZ)V", attachGrad),
    METHOD("torchRequiresGrad", "(J)Z", requiresGrad),
    METHOD("torchGrad", "(J)J", grad),
    METHOD("torchBackward", "(JJZZ)V", backward),
    METHOD("adamUpdate", "(JJJJFFFFFFFFZ)V", adamUpdate),
    METHOD("torchSetGradMode", "(Z)V", setGradMode),
    METHOD("torchIsGradMode", "()Z", isGradMode),
    METHOD("torchGetNumInteropThreads", "()I", interopThreads),
    METHOD("torchGetNumThreads", "()I", threads),
    METHOD("torchSetNumThreads", "(I)V", setThreads),
    METHOD("torchShowConfig", "(Ljava/util/Set;)V", showConfig),
};

}  // namespace

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* vm, void*) {
  JNIEnv* env;
  if (vm->GetEnv(reinterpret_cast<void**>(&env), JNI_VERSION_1_8) != JNI_OK) return JNI_ERR;
  jclass library = env->FindClass("ai/djl/pytorch/jni/PyTorchLibrary");
  if (library == nullptr || env->RegisterNatives(library, kMethods, sizeof(kMethods) / sizeof(*kMethods)) != 0)
    return JNI_ERR;
  return JNI_VERSION_1_8;
}
